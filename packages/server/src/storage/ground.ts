/** What every part gets from outside, so that tests can move time and choose chance. */
import type { Logger } from "pino";

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
}

export interface Ground {
  readonly clock: Clock;
  /** Unpredictable bytes, as from `node:crypto`'s `randomBytes`. */
  readonly random: (bytes: number) => Uint8Array;
  readonly logger: Logger;
}
