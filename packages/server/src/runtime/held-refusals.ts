/**
 * Keeps refusals back for a while: an answer at once would only bring the next request sooner.
 *
 * Cheap on purpose, since a flood brings thousands a second: they wait in the order of coming behind
 * one timer, and leave a few at a time, so that a heap that came at once does not go at once.
 */

export interface HeldRefusals {
  /** @param send - must not throw */
  hold(send: () => void): void;
}

const leastDelayMs = 500;
/** Each keeps its connection and a few kilobytes; what comes on top is sent at once. */
const maxHeld = 10_000;
/** Leave together, then others get a turn of the event loop. */
const heap = 8;

interface Held {
  readonly dueAt: number;
  readonly send: () => void;
}

/** @param delayMs - default 500 */
export function createHeldRefusals(now: () => number, delayMs = leastDelayMs): HeldRefusals {
  let held: Held[] = [];
  let first = 0;
  let isPlanned = false;

  function plan(waitMs: number): void {
    isPlanned = true;
    setTimeout(release, waitMs);
  }

  function release(): void {
    isPlanned = false;
    const nowMs = now();
    for (let sent = 0; sent < heap; sent += 1) {
      const next = held[first];
      if (next === undefined || next.dueAt > nowMs) break;
      first += 1;
      next.send();
    }
    const next = held[first];
    if (next === undefined) {
      held = [];
      first = 0;
      return;
    }
    // What was sent is let go of from time to time; one by one would move all others each time.
    if (first > 1_000 && first > held.length / 2) {
      held = held.slice(first);
      first = 0;
    }
    plan(Math.max(1, next.dueAt - nowMs));
  }

  return {
    hold(send) {
      if (held.length - first >= maxHeld) return send();
      held.push({ dueAt: now() + delayMs, send });
      if (!isPlanned) plan(delayMs);
    },
  };
}
