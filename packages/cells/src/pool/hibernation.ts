/**
 * Puts to sleep what nobody asks for: first without processor, then without memory.
 *
 * Owns the clock-driven sweep. A cell that others keep busy cannot sleep as a whole, so there an
 * idle isolate is unloaded; and since an engine may keep the memory of unloaded isolates, a cell that
 * has had many of them is replaced.
 * Invariant: no cell with a request or a load is touched.
 */

import { defaultCellLimits } from "../spec.ts";
import type { EventFeed } from "./event-feed.ts";
import type { Fleet } from "./fleet.ts";
import type { Slot } from "./slot.ts";

/** So long an answered app may work on in `waitUntil`; the engine ends it after 30 s. */
const leastPauseMs = 35_000;
const defaultPauseMs = 60_000;
const defaultStopMs = 600_000;
const shortestSweepMs = 50;
/** Memory is looked at that often at least. */
const longestSweepMs = 2_000;

export interface HibernationOptions {
  readonly fleet: Fleet;
  readonly events: EventFeed;
  readonly idlePauseMs: number | undefined;
  readonly idleStopMs: number | undefined;
  now(): number;
  /** Lets the isolate's requests in this cell end, and unloads it there. */
  release(slot: Slot, key: string): Promise<void>;
  /** Lets the cell finish what it has, and stops it. */
  retire(slot: Slot): Promise<void>;
  onFailure(error: unknown): void;
}

export class Hibernation {
  readonly #options: HibernationOptions;
  readonly #pauseMs: number;
  readonly #stopMs: number;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(options: HibernationOptions) {
    this.#options = options;
    const { idlePauseMs = defaultPauseMs, idleStopMs = defaultStopMs } = options;
    this.#pauseMs = idlePauseMs === 0 ? 0 : Math.max(idlePauseMs, leastPauseMs);
    this.#stopMs = idleStopMs;
  }

  start(): void {
    const soonest = Math.min(...[this.#pauseMs, this.#stopMs].filter((ms) => ms > 0)) / 4;
    const everyMs = Math.min(longestSweepMs, Math.max(shortestSweepMs, soonest));
    this.#timer = setInterval(() => {
      this.#sweeping ??= this.#sweep()
        .catch(this.#options.onFailure)
        .finally(() => {
          this.#sweeping = undefined;
        });
    }, everyMs).unref();
  }

  async #sweep(): Promise<void> {
    const { fleet, retire, onFailure } = this.#options;
    if (this.#stopMs > 0) await this.stopIdle(this.#stopMs);
    if (this.#pauseMs > 0) this.pauseIdle(this.#pauseMs);
    await fleet.relieve();
    // Not awaited: their last requests may take a while, and others must sleep meanwhile.
    for (const slot of fleet.slots) {
      if (!slot.isClosing && !slot.isRetired && isWorn(slot)) retire(slot).catch(onFailure);
    }
  }

  /** @returns how many cells were paused */
  pauseIdle(olderThanMs: number): number {
    const { events } = this.#options;
    const idle = this.#idleSince(olderThanMs).filter((slot) => slot.pause());
    for (const slot of idle) {
      const isolateKeys = [...slot.isolates.keys()];
      events.emit({ type: "cell-paused", cellId: slot.cell.id, isolateKeys });
    }
    return idle.length;
  }

  /** @returns how many cells were stopped */
  async stopIdle(olderThanMs: number): Promise<number> {
    const { fleet, release } = this.#options;
    const idle = this.#idleSince(olderThanMs);
    await Promise.all(idle.map((slot) => fleet.stop(slot, "idle")));
    const before = this.#options.now() - olderThanMs;
    const leaving = fleet.slots.flatMap((slot) =>
      slot.isolates.size < 2 || slot.isClosing
        ? []
        : [...slot.isolates.keys()]
            .filter((key) => (slot.usedAt.get(key) ?? slot.startedAt) <= before)
            .filter((key) => !slot.hasFlightsOf(key))
            .map((key) => release(slot, key)),
    );
    await Promise.all(leaving);
    return idle.length;
  }

  #idleSince(olderThanMs: number): Slot[] {
    const before = this.#options.now() - olderThanMs;
    return this.#options.fleet.slots.filter(
      (slot) => slot.isIdle && !slot.isClosing && slot.lastUsedAt <= before,
    );
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** It takes no further isolate, and most of its memory may be nobody's. */
function isWorn(slot: Slot): boolean {
  const bounds = [...slot.isolates.values()].map(
    ({ limits }) => limits.maxIsolatesPerCell ?? defaultCellLimits.maxIsolatesPerCell,
  );
  return slot.spent >= Math.min(defaultCellLimits.maxIsolatesPerCell, ...bounds);
}
