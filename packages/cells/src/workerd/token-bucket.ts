import type { CellClock } from "../ports.ts";

export interface TokenBucket {
  /** Takes them all or none. */
  take(count: number): boolean;
}

/** Full at first; fills by `perSecond` up to `burst`. A clock that goes back fills nothing. */
export function createTokenBucket(
  clock: CellClock,
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
): TokenBucket {
  let held = burst;
  let filledAt = clock.now();
  return {
    take(count) {
      const now = clock.now();
      held = Math.min(burst, held + (Math.max(0, now - filledAt) * perSecond) / 1_000);
      filledAt = now;
      if (count > held) return false;
      held -= count;
      return true;
    },
  };
}
