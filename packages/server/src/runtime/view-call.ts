/**
 * A view's capability call: `POST /.berth/capabilities/<capability>/<method>` with `{"args": …}`,
 * answered by `{"ok": …}` or a wire error.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createLimitError } from "@berth/cells";
import { BerthError, isBerthError } from "@berth/protocol";
import type { Gateway, ViewCaller } from "../gateway/gateway.ts";

export const reservedPrefix = "/.berth/";

/** A value of the largest size in its JSON envelope. */
const maxBodyBytes = 2 * 1_048_576;
const route = /^\/\.berth\/capabilities\/([a-z][a-z-]{0,31})\/([a-zA-Z]{1,32})$/;

export interface ViewCallInput {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: ViewCaller;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly gateway: Pick<Gateway, "callFromView">;
}

/** @throws what the call throws; nothing is sent then */
export async function answerViewCall(input: ViewCallInput): Promise<void> {
  const { request, response, gateway } = input;
  const [, capability, method] = route.exec(request.url ?? "") ?? [];
  if (capability === undefined || method === undefined || request.method !== "POST") {
    throw new BerthError(
      "ROUTE_NOT_FOUND",
      `There is no ${request.method} ${reservedPrefix}… of that name; capability calls are POST /.berth/capabilities/<capability>/<method>.`,
    );
  }
  const args = parseArgs(await readBody(request));
  const value = await gateway.callFromView(input.caller, { capability, method, args });
  const body = Buffer.from(JSON.stringify({ ok: value }));
  response.writeHead(200, [
    ...input.headers,
    "content-type",
    "application/json",
    "content-length",
    String(body.length),
    "cache-control",
    "no-store",
  ]);
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) {
        const met = { limit: "call size", enforcer: "gateway", allowed: maxBodyBytes } as const;
        const message = `A capability call is at most ${maxBodyBytes} bytes; split the value.`;
        throw createLimitError("REQUEST_TOO_LARGE", message, met);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (isBerthError(error)) throw error;
    throw new BerthError("REQUEST_INVALID", "The body broke off.", { cause: error });
  }
  return Buffer.concat(chunks);
}

function parseArgs(body: Buffer): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString());
  } catch (cause) {
    throw new BerthError("REQUEST_INVALID", 'The body is not JSON; send {"args": …}.', { cause });
  }
  if (typeof parsed === "object" && parsed !== null && Object.hasOwn(parsed, "args")) {
    return (parsed as { args: unknown }).args;
  }
  throw new BerthError("REQUEST_INVALID", 'The body has no args; send {"args": …}.');
}
