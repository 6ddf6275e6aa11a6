/** Lets a body through, counts it, and fails it past its bound. */
import { Transform } from "node:stream";

export interface BoundOptions {
  readonly maxBytes: number;
  readonly onBytes: (bytes: number) => void;
  readonly tooLarge: () => Error;
}

export function createBound({ maxBytes, onBytes, tooLarge }: BoundOptions): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      onBytes(chunk.length);
      if (passed > maxBytes) done(tooLarge());
      else done(null, chunk);
    },
  });
}
