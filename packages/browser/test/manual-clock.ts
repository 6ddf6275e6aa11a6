/** A clock that a test moves. */
import type { Clock } from "../src/clock.ts";

export interface ManualClock extends Clock {
  /** Moves time on; due callbacks run in order. */
  advance(ms: number): void;
}

interface Timer {
  at: number;
  readonly everyMs: number | undefined;
  readonly callback: () => void;
}

export function createManualClock(): ManualClock {
  let now = 1_000_000;
  const timers = new Set<Timer>();
  const add = (ms: number, callback: () => void, everyMs?: number) => {
    const timer: Timer = { at: now + ms, everyMs, callback };
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  };
  return {
    now: () => now,
    after: (ms, callback) => add(ms, callback),
    every: (ms, callback) => add(ms, callback, ms),
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        now = due.at;
        if (due.everyMs === undefined) timers.delete(due);
        else due.at += due.everyMs;
        due.callback();
      }
      now = end;
    },
  };
}
