/**
 * Answers of the API and their headers.
 *
 * Trust: an error leaves only as `toWire` gives it; an unforeseen one leaves no trace of itself but
 * the request id under which it is logged.
 */
import { BerthError, errorTable, isBerthError, toWire } from "@berth/protocol";
import type { Logger } from "pino";
import { scimErrorOf, scimType } from "./scim-answer.ts";

const requestIdHeader = "berth-request-id";

const defaultRetrySeconds = 1;

/** Headers of every answer of the API: nothing in it is a document, and nothing is kept by caches. */
export function createApiHeaders(requestId: string): Headers {
  return new Headers({
    [requestIdHeader]: requestId,
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
}

export function answerJson(headers: Headers, status: number, value: unknown): Response {
  headers.set("content-type", "application/json; charset=utf-8");
  return new Response(JSON.stringify(value), { status, headers });
}

function retrySeconds(error: BerthError): number {
  const given = error.details?.retryAfterSeconds;
  return typeof given === "number" && given > 0 ? Math.ceil(given) : defaultRetrySeconds;
}

/** The answer to a failure; what nobody foresaw is logged with its cause. */
export function answerError(
  error: unknown,
  options: {
    readonly headers: Headers;
    readonly requestId: string;
    readonly logger: Logger;
    /** To a directory, in its own form. Default false. */
    readonly isScim?: boolean;
  },
): Response {
  const { headers, requestId, logger } = options;
  const wire = toWire(error);
  const { httpStatus, isRetryable, fault } = errorTable[wire.code];
  if (!isBerthError(error) || error.code === "INTERNAL") {
    logger.error({ err: error, requestId }, "an API request failed unforeseen");
  } else if (fault === "platform") {
    logger.warn({ err: error, requestId }, "an API request failed");
  }
  if (isRetryable) {
    headers.set(
      "retry-after",
      String(isBerthError(error) ? retrySeconds(error) : defaultRetrySeconds),
    );
  }
  if (options.isScim) {
    const { status, body } = scimErrorOf(error);
    headers.set("content-type", scimType);
    return new Response(JSON.stringify(body), { status, headers });
  }
  return answerJson(headers, httpStatus, wire);
}

export function routeNotFound(method: string, path: string): BerthError {
  return new BerthError(
    "ROUTE_NOT_FOUND",
    `There is no ${method} ${path.slice(0, 200)}; /api/v1/docs lists what there is.`,
  );
}
