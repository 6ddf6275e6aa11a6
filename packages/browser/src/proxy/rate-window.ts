/** A sliding window of calls; says how long to wait when it is full. */
import { BerthError } from "@berth/protocol";
import type { Clock } from "../clock.ts";

export interface RateWindow {
  /** @throws BerthError RATE_LIMITED, `details.retryAfterMs` */
  enter(): void;
}

export function createRateWindow(maxCalls: number, windowMs: number, clock: Clock): RateWindow {
  let calls: number[] = [];
  return {
    enter() {
      const now = clock.now();
      calls = calls.filter((at) => now - at < windowMs);
      if (calls.length >= maxCalls) {
        const retryAfterMs = Math.max(1, windowMs - (now - (calls[0] ?? now)));
        throw new BerthError(
          "RATE_LIMITED",
          `The app has made ${maxCalls} calls within ${windowMs} ms; the next is possible in ${retryAfterMs} ms.`,
          { details: { retryAfterMs } },
        );
      }
      calls.push(now);
    },
  };
}
