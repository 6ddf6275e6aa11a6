import type { IncomingMessage } from "node:http";
import { createLimitError } from "../limit-error.ts";

/**
 * Past the bound the rest is read and dropped, so that the refusal can still be answered; the
 * caller closes the connection with its answer.
 *
 * @throws BerthError `REQUEST_TOO_LARGE` as soon as the bound is passed
 */
export function readBounded(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      const met = { limit: "call size", enforcer: "gateway", allowed: maxBytes } as const;
      reject(createLimitError("REQUEST_TOO_LARGE", `More than ${maxBytes} bytes were sent.`, met));
    });
    incoming.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    incoming.on("error", reject);
    incoming.on("close", () => reject(new Error("The connection was closed.")));
  });
}
