/**
 * An answer whose body was short and came as a whole, as most do: whoever passes it on has its head
 * and its body for one write, and no stream is made for it.
 */
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { CellResponse, HeaderPairs } from "../calls.ts";

/** Of a body that is waited for before the answer is handed on. */
export const maxWholeBytes = 64 * 1024;

/** Rejects when the connection breaks before its end. The parser holds it to the length it declared. */
export function readWhole(incoming: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.once("end", () =>
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
    );
    incoming.once("error", reject);
  });
}

export class WholeResponse implements CellResponse {
  readonly status: number;
  readonly headers: HeaderPairs;
  readonly bytes: Uint8Array;
  #body: Readable | undefined;

  constructor(status: number, headers: HeaderPairs, bytes: Uint8Array) {
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
  }

  get body(): Readable {
    this.#body ??= Readable.from(this.bytes.length === 0 ? [] : [this.bytes], {
      objectMode: false,
    });
    return this.#body;
  }
}
