/** A request body of unknown length, failed past its bound. */
import { type Readable, Transform } from "node:stream";
import { createLimitError } from "@berth/cells";
import type { BerthError } from "@berth/protocol";

export function boundBody(source: Readable, maxBytes: number): Readable {
  let passed = 0;
  const bound = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed <= maxBytes) done(null, chunk);
      else done(tooLarge(maxBytes));
    },
  });
  source.once("error", (error) => bound.destroy(error));
  source.once("aborted", () => bound.destroy());
  return source.pipe(bound);
}

export function tooLarge(maxBytes: number): BerthError {
  const met = { limit: "request size", enforcer: "gateway", allowed: maxBytes } as const;
  const message = `The request body is larger than ${maxBytes} bytes; send it in parts.`;
  return createLimitError("REQUEST_TOO_LARGE", message, met);
}
