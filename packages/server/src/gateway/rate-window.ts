/**
 * A limit of so many a minute, by a sliding window of two counters: the last minute's count fades
 * out while the current one fills. At most the limit passes within one aligned minute.
 */
import type { Clock } from "../storage/ground.ts";

export interface RateWindow {
  /** Counts one and returns 0, or counts nothing and returns the seconds to wait. */
  take(limitPerMinute: number): number;
  isIdle(): boolean;
}

const windowMs = 60_000;

export function createRateWindow(clock: Clock): RateWindow {
  let startedAt = clock.now();
  let current = 0;
  let previous = 0;

  function advance(): number {
    const now = clock.now();
    const elapsed = now - startedAt;
    if (elapsed >= windowMs) {
      previous = elapsed < 2 * windowMs ? current : 0;
      current = 0;
      startedAt = elapsed < 2 * windowMs ? startedAt + windowMs : now;
    }
    return Math.max(0, now - startedAt);
  }

  return {
    take(limitPerMinute) {
      const elapsed = advance();
      const faded = previous * (1 - elapsed / windowMs);
      if (faded + current + 1 <= limitPerMinute) {
        current += 1;
        return 0;
      }
      if (current + 1 > limitPerMinute) return Math.max(1, Math.ceil((windowMs - elapsed) / 1_000));
      // Until enough of the last minute has faded for one more.
      const share = (limitPerMinute - current - 1) / previous;
      return Math.max(1, Math.ceil(((1 - share) * windowMs - elapsed) / 1_000));
    },
    isIdle() {
      advance();
      return current === 0 && previous === 0;
    },
  };
}
