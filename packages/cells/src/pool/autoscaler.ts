/**
 * Gives a busy isolate more cells and takes them back.
 *
 * A cell is one thread, so requests that compute stand in each other's way. An isolate counts as busy
 * when requests wait in its lane, or more than a few of each cell await their answer, at two looks in
 * succession; as calm when one cell less would do, for some seconds. Its cells divide one processor
 * share, so it gets no more of the machine by being busy, only better use of what it has. One that is
 * busiest in a crowded cell that it shares moves out into one of its own, for its neighbours' sake.
 */

import type { IsolateSpec } from "../spec.ts";
import type { Slot } from "./slot.ts";

const lookMs = 250;
const busyPerCell = 8;
const calmPerCell = 2;
const busyLooks = 2;
const calmLooks = 20;
/** A smaller share than that is not worth a cell. */
const leastPercentPerCell = 50;

export interface AutoscalerOptions {
  /** Of one isolate. */
  readonly maxCells: number;
  slotsOf(key: string): readonly Slot[];
  waiting(key: string): number;
  hasRoom(): boolean;
  /** Adds a cell. Resolves when it serves, or could not be had. */
  grow(spec: IsolateSpec): Promise<void>;
  /** Lets a cell finish what it has, and stops it. */
  shrink(key: string, slot: Slot): void;
}

interface Watched {
  readonly spec: IsolateSpec;
  busyFor: number;
  calmFor: number;
  isGrowing: boolean;
}

export class Autoscaler {
  readonly #options: AutoscalerOptions;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AutoscalerOptions) {
    this.#options = options;
  }

  /** Told of every request; cheap when the isolate is watched already. */
  watch(spec: IsolateSpec): void {
    if (this.#watched.has(spec.key)) return;
    this.#watched.set(spec.key, { spec, busyFor: 0, calmFor: 0, isGrowing: false });
    this.#timer ??= setInterval(() => this.#look(), lookMs).unref();
  }

  #mostCells({ limits }: IsolateSpec): number {
    return Math.min(this.#options.maxCells, Math.floor(limits.cpuPercent / leastPercentPerCell));
  }

  #look(): void {
    for (const [key, watched] of this.#watched) {
      const slots = this.#options.slotsOf(key);
      const awaited = slots.reduce((sum, slot) => sum + slot.countAwaited(key), 0);
      const waiting = this.#options.waiting(key);
      if (awaited + waiting === 0 && slots.length < 2 && !watched.isGrowing) {
        this.#watched.delete(key);
        continue;
      }
      const crowds = slots.some(
        (slot) => slot.isolates.size > 1 && slot.findBusiest(busyPerCell) === key,
      );
      const isBusy = waiting > 0 || awaited > busyPerCell * slots.length || crowds;
      const isCalm = waiting === 0 && awaited <= calmPerCell * (slots.length - 1);
      watched.busyFor = isBusy ? watched.busyFor + 1 : 0;
      watched.calmFor = isCalm ? watched.calmFor + 1 : 0;
      if (watched.busyFor >= busyLooks) this.#grow(watched, slots);
      else if (watched.calmFor >= calmLooks) this.#shrink(watched, slots);
    }
    if (this.#watched.size === 0) this.close();
  }

  #grow(watched: Watched, slots: readonly Slot[]): void {
    if (watched.isGrowing || slots.length === 0) return;
    const shared = slots.find((slot) => slot.isolates.size > 1);
    const most = Math.max(this.#mostCells(watched.spec), shared === undefined ? 1 : 2);
    if (slots.length >= most || !this.#options.hasRoom()) return;
    watched.isGrowing = true;
    void this.#options.grow(watched.spec).finally(() => {
      watched.isGrowing = false;
      watched.busyFor = 0;
      const { key } = watched.spec;
      const hasGrown = this.#options.slotsOf(key).length > slots.length;
      if (shared !== undefined && hasGrown) this.#options.shrink(key, shared);
    });
  }

  #shrink(watched: Watched, slots: readonly Slot[]): void {
    if (slots.length < 2) return;
    const [idlest] = [...slots].sort((a, b) => a.flights.size - b.flights.size);
    watched.calmFor = 0;
    if (idlest !== undefined) this.#options.shrink(watched.spec.key, idlest);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
