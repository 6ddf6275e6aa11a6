/** Answers of our own on the hosts of functions and frames, and whenever there is only a socket. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { errorTable, toWire } from "@berth/protocol";

export interface Answer {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
}

/** Ends the response with the error as JSON; destroys it when its head was sent already. */
export function sendError(answer: Answer, error: unknown): void {
  const { request, response, requestId } = answer;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const wire = toWire(error);
  // As text it leaves in one piece with its head.
  const body = JSON.stringify(wire);
  const headers = [
    "content-type",
    "application/json",
    "content-length",
    String(Buffer.byteLength(body)),
    "cache-control",
    "no-store",
    "x-content-type-options",
    "nosniff",
    "content-security-policy",
    "default-src 'none'; frame-ancestors 'none'; sandbox",
    "berth-request-id",
    requestId,
    ...(answer.headers ?? []),
  ];
  const seconds = wire.details?.retryAfterSeconds;
  if (typeof seconds === "number") headers.push("retry-after", String(Math.ceil(seconds)));
  // What is left of the body is not read, so the connection cannot carry another request.
  if (!request.complete && hasBody(request)) headers.push("connection", "close");
  response.writeHead(errorTable[wire.code].httpStatus, headers);
  response.end(request.method === "HEAD" ? undefined : body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}
