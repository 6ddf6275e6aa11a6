/** A rate bound: `capacity` at once, refilled at `capacity` a second. */
import type { Clock } from "../clock.ts";

export interface TokenBucket {
  /** Takes `count` tokens; false when there are not so many. */
  take(count?: number): boolean;
}

export function createTokenBucket(capacity: number, clock: Clock): TokenBucket {
  let tokens = capacity;
  let filledAt = clock.now();
  return {
    take(count = 1) {
      const now = clock.now();
      const elapsedMs = Math.max(0, now - filledAt);
      tokens = Math.min(capacity, tokens + (elapsedMs * capacity) / 1000);
      filledAt = now;
      if (tokens < count) return false;
      tokens -= count;
      return true;
    },
  };
}
