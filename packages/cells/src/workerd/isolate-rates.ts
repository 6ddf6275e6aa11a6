/**
 * What an isolate may do in a second, counted once for all the cells that it runs in.
 *
 * Invariant: rates are kept as long as some cell runs the isolate, and no longer.
 */

import type { CellClock } from "../ports.ts";
import type { CellLimits } from "../spec.ts";
import { createPace, createTokenBucket, type Pace, type TokenBucket } from "./token-bucket.ts";

/** The lines of one second. */
export interface LogWindow {
  startedAt: number;
  taken: number;
  dropped: number;
  /** Limits that the log has been told of. */
  readonly noted: Set<string>;
}

export interface IsolateRates {
  readonly egress: TokenBucket;
  readonly pace: Pace;
  readonly logs: LogWindow;
  /** Calls and fetches under way. */
  outgoing: number;
}

type RateLimits = Required<Pick<CellLimits, "egressRequestsPerSecond" | "egressBytesPerSecond">>;

export class RateBook {
  readonly #clock: CellClock;
  readonly #entries = new Map<string, { readonly rates: IsolateRates; holders: number }>();

  constructor(clock: CellClock) {
    this.#clock = clock;
  }

  /** The limits of the first who holds them count: a key names one app with one configuration. */
  hold(key: string, limits: RateLimits): IsolateRates {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.holders += 1;
      return known.rates;
    }
    const { egressRequestsPerSecond: perSecond, egressBytesPerSecond } = limits;
    const rates = {
      egress: createTokenBucket(this.#clock, { perSecond, burst: perSecond }),
      pace: createPace(this.#clock, egressBytesPerSecond),
      logs: { startedAt: this.#clock.now(), taken: 0, dropped: 0, noted: new Set<string>() },
      outgoing: 0,
    };
    this.#entries.set(key, { rates, holders: 1 });
    return rates;
  }

  letGo(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.holders -= 1;
    if (entry.holders === 0) this.#entries.delete(key);
  }
}
