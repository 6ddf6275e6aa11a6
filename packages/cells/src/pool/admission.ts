/**
 * Lets requests through: so many of one isolate at once, so many of all, and in fair turns.
 *
 * Each isolate has a lane. A request that finds its lane full waits in it, first come first served;
 * when a place becomes free, the lanes that have somebody waiting take turns. So a flood at one
 * isolate fills its own lane and is refused there, and delays another by one turn at most.
 *
 * Invariants: a place is given back once, however its request ends; nobody waits while both the lane
 * and the pool have room.
 */

import { BerthError } from "@berth/protocol";
import type { GivenUpSignal } from "../calls.ts";
import { createLimitError } from "../limit-error.ts";

export interface LaneLimits {
  readonly maxConcurrentRequests: number;
  readonly maxQueuedRequests: number;
}

export interface AdmissionOptions {
  /** Of all isolates together. */
  readonly maxRunning: number;
  /** Longer than that nobody waits. */
  readonly maxWaitMs: number;
}

export interface Place {
  /** Idempotent. */
  release(): void;
}

interface Waiting {
  readonly start: (place: Place) => void;
  readonly fail: (error: BerthError) => void;
}

interface Lane {
  readonly key: string;
  limits: LaneLimits;
  running: number;
  readonly waiting: Waiting[];
}

/** Seconds after which a refused caller may well be let in. */
const retryAfterSeconds = 1;

function queueFull({ limits }: Lane): BerthError {
  const { maxConcurrentRequests: running, maxQueuedRequests: queued } = limits;
  const message = `The app has ${running} requests running and ${queued} waiting; no more are taken. Try again in ${retryAfterSeconds} s.`;
  const met = { limit: "concurrent requests", enforcer: "gateway", allowed: running } as const;
  return createLimitError("RATE_LIMITED", message, { ...met, retryAfterSeconds });
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes in which somebody waits, in the order of their turns. */
  readonly #turns: Lane[] = [];
  #running = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * A place at once when there is room, else the promise of one.
   *
   * @throws BerthError `RATE_LIMITED` when the isolate's queue is full. The promise rejects with
   * `UNAVAILABLE` when the wait was too long, and with `REQUEST_TIMEOUT` when the caller gave up.
   */
  enter(key: string, limits: LaneLimits, signal?: GivenUpSignal): Place | Promise<Place> {
    const lane = this.#laneOf(key, limits);
    const isFree = lane.waiting.length === 0 && this.#hasRoom(lane);
    if (isFree) return this.#admit(lane);
    if (lane.waiting.length >= limits.maxQueuedRequests) {
      this.#forgetIdle(lane);
      throw queueFull(lane);
    }
    return this.#queue(lane, signal);
  }

  waiting(key: string): number {
    return this.#lanes.get(key)?.waiting.length ?? 0;
  }

  #laneOf(key: string, limits: LaneLimits): Lane {
    const known = this.#lanes.get(key);
    if (known !== undefined) {
      known.limits = limits;
      return known;
    }
    const lane: Lane = { key, limits, running: 0, waiting: [] };
    this.#lanes.set(key, lane);
    return lane;
  }

  #hasRoom(lane: Lane): boolean {
    const hasTurn = lane.running < lane.limits.maxConcurrentRequests;
    return hasTurn && this.#running < this.#options.maxRunning;
  }

  #admit(lane: Lane): Place {
    lane.running += 1;
    this.#running += 1;
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        lane.running -= 1;
        this.#running -= 1;
        this.#advance();
        this.#forgetIdle(lane);
      },
    };
  }

  #queue(lane: Lane, signal: GivenUpSignal | undefined): Promise<Place> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        const at = lane.waiting.indexOf(entry);
        if (at >= 0) lane.waiting.splice(at, 1);
        this.#forgetIdle(lane);
      };
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
      };
      const entry: Waiting = {
        start(place) {
          settle();
          resolve(place);
        },
        fail(error) {
          settle();
          leave();
          reject(error);
        },
      };
      const giveUp = () => {
        const message = "The caller gave the request up while it waited.";
        entry.fail(new BerthError("REQUEST_TIMEOUT", message, { cause: signal?.reason }));
      };
      const { maxWaitMs } = this.#options;
      const timer = setTimeout(() => {
        const message = `The app was too busy for ${maxWaitMs} ms. Try again in ${retryAfterSeconds} s.`;
        const met = { limit: "queue time", enforcer: "gateway", allowed: maxWaitMs } as const;
        entry.fail(createLimitError("UNAVAILABLE", message, { ...met, retryAfterSeconds }));
      }, maxWaitMs);
      lane.waiting.push(entry);
      // One that was left by all who waited may still have its turn coming.
      if (!this.#turns.includes(lane)) this.#turns.push(lane);
      if (signal?.aborted === true) giveUp();
      else signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** Gives free places away, one lane after another. */
  #advance(): void {
    let passed = 0;
    while (passed < this.#turns.length && this.#running < this.#options.maxRunning) {
      const lane = this.#turns.shift();
      if (lane === undefined) return;
      if (lane.waiting.length === 0) continue;
      if (this.#hasRoom(lane)) {
        lane.waiting.shift()?.start(this.#admit(lane));
        passed = 0;
      } else passed += 1;
      if (lane.waiting.length > 0) this.#turns.push(lane);
    }
  }

  #forgetIdle(lane: Lane): void {
    if (lane.running === 0 && lane.waiting.length === 0 && this.#lanes.get(lane.key) === lane) {
      this.#lanes.delete(lane.key);
    }
  }

  /** Refuses whoever still waits. */
  close(): void {
    for (const lane of this.#lanes.values()) {
      for (const entry of [...lane.waiting]) {
        entry.fail(new BerthError("UNAVAILABLE", "The cell pool is closed."));
      }
    }
  }
}
