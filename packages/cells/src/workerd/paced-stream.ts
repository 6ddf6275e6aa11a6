import { Transform } from "node:stream";
import type { Pace } from "./token-bucket.ts";

/**
 * Passes bytes on no faster than the pace, which it may share with others. Who writes is held up
 * by back-pressure, so that nothing piles up here but one chunk.
 */
export function createPacedStream(pace: Pace): Transform {
  let timer: NodeJS.Timeout | undefined;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const waitMs = pace.spend(chunk.length);
      if (waitMs <= 0) return done(null, chunk);
      timer = setTimeout(() => done(null, chunk), waitMs);
    },
    destroy(error, done) {
      clearTimeout(timer);
      done(error);
    },
  });
}
