/**
 * Holds back an isolate that keeps losing its cell.
 *
 * Three losses within a minute start it; each further loss doubles the wait, from one second to
 * five minutes. Ten minutes without a loss and all is forgotten.
 */

import { BerthError } from "@berth/protocol";
import type { Quarantined } from "./pool.ts";

const lossesToQuarantine = 3;
const windowMs = 60_000;
const firstBackoffMs = 1_000;
const longestBackoffMs = 300_000;
const forgetAfterMs = 600_000;

interface History {
  losses: number[];
  heldTimes: number;
  heldUntil: number;
  reason: string;
}

export interface Sentence {
  readonly losses: number;
  readonly backoffMs: number;
}

/** For so long an isolate that may have ended a shared cell gets a cell of its own. */
const suspectMs = 600_000;

export class Quarantine {
  readonly #histories = new Map<string, History>();
  readonly #suspects = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns the wait that follows from this loss, if any */
  recordLoss(key: string, reason: string): Sentence | undefined {
    const now = this.#now();
    this.#forget(now);
    // Nobody else loses a cell by it, for as long.
    this.#suspects.set(key, now + suspectMs);
    const history = this.#histories.get(key) ?? { losses: [], heldTimes: 0, heldUntil: 0, reason };
    history.losses = [...history.losses.filter((at) => now - at < windowMs), now];
    history.reason = reason;
    this.#histories.set(key, history);
    if (history.losses.length < lossesToQuarantine && history.heldTimes === 0) return undefined;
    const backoffMs = Math.min(firstBackoffMs * 2 ** history.heldTimes, longestBackoffMs);
    history.heldTimes += 1;
    history.heldUntil = now + backoffMs;
    return { losses: history.losses.length, backoffMs };
  }

  #forget(now: number): void {
    for (const [key, history] of this.#histories) {
      if (now - Math.max(history.losses.at(-1) ?? 0, history.heldUntil) > forgetAfterMs) {
        this.#histories.delete(key);
      }
    }
    for (const [key, until] of this.#suspects) if (until <= now) this.#suspects.delete(key);
  }

  /**
   * Of these one has ended the cell that they shared, and nobody knows which. Apart from each other,
   * the next loss names it, and the others lose nothing by it.
   */
  recordSuspects(keys: Iterable<string>): void {
    const now = this.#now();
    this.#forget(now);
    for (const key of keys) this.#suspects.set(key, now + suspectMs);
  }

  isSuspect(key: string): boolean {
    return (this.#suspects.get(key) ?? 0) > this.#now();
  }

  list(): readonly Quarantined[] {
    const now = this.#now();
    return [...this.#histories]
      .filter(([, { heldUntil }]) => heldUntil > now)
      .map(([isolateKey, { reason, heldUntil }]) => ({ isolateKey, reason, heldUntil }));
  }

  pardon(key: string): void {
    this.#histories.delete(key);
    this.#suspects.delete(key);
  }

  /** @throws BerthError `SANDBOX_QUARANTINED` that says why and how long */
  check(key: string): void {
    const history = this.#histories.get(key);
    if (history === undefined) return;
    const retryAfterMs = history.heldUntil - this.#now();
    if (retryAfterMs <= 0) return;
    const seconds = Math.ceil(retryAfterMs / 1000);
    throw new BerthError(
      "SANDBOX_QUARANTINED",
      `The app ended its cell repeatedly (last: ${history.reason}) and is held back for ${seconds} s.`,
      { details: { retryAfterMs, retryAfterSeconds: seconds } },
    );
  }
}
