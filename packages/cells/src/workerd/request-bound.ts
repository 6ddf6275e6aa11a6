/** Holds a request's body to its bound, whether or not it says its length beforehand. */

import type { BerthError } from "@berth/protocol";
import type { CellRequest } from "../calls.ts";
import type { Exchange } from "../driver.ts";
import { createLimitError } from "../limit-error.ts";
import { findDeclaredBytes } from "./channel.ts";

function tooLarge(allowed: number): BerthError {
  const message = `The request's body is larger than the ${allowed} bytes that the app takes.`;
  const met = { limit: "request size", enforcer: "gateway", allowed } as const;
  return createLimitError("REQUEST_TOO_LARGE", message, met);
}

/**
 * A declared length is held to by who copies the body; here it must only be small enough.
 *
 * @returns the exchange to send the request with, which fails once the body is too long
 * @throws BerthError `REQUEST_TOO_LARGE`
 */
export function boundRequest(
  { body, headers }: Pick<CellRequest, "body" | "headers">,
  maxBytes: number,
  exchange: Exchange,
): Exchange {
  if (body === null) return exchange;
  const declared = findDeclaredBytes(headers);
  if (declared !== undefined) {
    if (declared > maxBytes) throw tooLarge(maxBytes);
    return exchange;
  }
  let cancel: ((error: BerthError) => void) | undefined;
  let length = 0;
  const onData = (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBytes) return;
    body.off("data", onData);
    cancel?.(tooLarge(maxBytes));
  };
  body.on("data", onData);
  return {
    maxResponseBytes: exchange.maxResponseBytes,
    bindCancel(given) {
      cancel = given;
      exchange.bindCancel(given);
    },
    onProgress: () => exchange.onProgress(),
    onHead: () => exchange.onHead(),
    onEnd(error) {
      body.off("data", onData);
      exchange.onEnd(error);
    },
  };
}
