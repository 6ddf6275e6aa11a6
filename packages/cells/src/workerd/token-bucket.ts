import type { CellClock } from "../ports.ts";

export interface TokenBucket {
  /** Takes them all or none. */
  take(count: number): boolean;
}

export interface BucketOptions {
  readonly perSecond: number;
  /** What it holds at most, and at first. */
  readonly burst: number;
}

/** Fills by `perSecond` up to `burst`. A clock that goes back fills nothing. */
class Bucket {
  readonly #clock: CellClock;
  readonly #options: BucketOptions;
  #held: number;
  #filledAt: number;

  constructor(clock: CellClock, options: BucketOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#held = options.burst;
    this.#filledAt = clock.now();
  }

  #fill(): void {
    const { perSecond, burst } = this.#options;
    const now = this.#clock.now();
    const filled = (Math.max(0, now - this.#filledAt) * perSecond) / 1_000;
    this.#held = Math.min(burst, this.#held + filled);
    this.#filledAt = now;
  }

  take(count: number): boolean {
    this.#fill();
    if (count > this.#held) return false;
    this.#held -= count;
    return true;
  }

  spend(count: number): number {
    this.#fill();
    this.#held -= count;
    return this.#held >= 0 ? 0 : (-this.#held * 1_000) / this.#options.perSecond;
  }
}

export function createTokenBucket(clock: CellClock, options: BucketOptions): TokenBucket {
  return new Bucket(clock, options);
}

export interface Pace {
  /** Takes them in any case. @returns the milliseconds to wait before going on */
  spend(count: number): number;
}

/** Goes into debt instead of refusing: for what is slowed down. Holds one second's worth at most. */
export function createPace(clock: CellClock, perSecond: number): Pace {
  return new Bucket(clock, { perSecond, burst: perSecond });
}
