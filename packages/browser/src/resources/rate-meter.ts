/** Counts by the second over the last minute; memory and time do not grow with what is counted. */
import type { Clock } from "../clock.ts";

export interface RateMeter {
  add(count: number): void;
  /** What was counted in the last `seconds` (at most 60), the running second included. */
  sum(seconds: number): number;
  clear(): void;
}

const slotCount = 60;

export function createRateMeter(clock: Clock): RateMeter {
  const counts = new Float64Array(slotCount);
  /** The second that each slot holds. */
  const seconds = new Float64Array(slotCount).fill(-1);
  const now = () => Math.floor(clock.now() / 1000);
  return {
    add(count) {
      const second = now();
      const slot = second % slotCount;
      if (seconds[slot] !== second) {
        seconds[slot] = second;
        counts[slot] = 0;
      }
      counts[slot] = (counts[slot] ?? 0) + count;
    },
    sum(wanted) {
      const latest = now();
      let sum = 0;
      for (let slot = 0; slot < slotCount; slot++) {
        const age = latest - (seconds[slot] ?? -1);
        if (age >= 0 && age < wanted) sum += counts[slot] ?? 0;
      }
      return sum;
    },
    clear: () => void seconds.fill(-1),
  };
}
