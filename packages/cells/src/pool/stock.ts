/**
 * Blank cells, jailed and waiting, a few for each heap class in use.
 *
 * Invariant: a cell leaves the stock once and never comes back.
 */

import { BerthError } from "@berth/protocol";
import type { Cell } from "../driver.ts";

/** After a cell was taken, its request comes first; the next cell is started a moment later. */
const refillDelayMs = 50;
const retryDelayMs = 2_000;
const maxStartsAtOnce = 4;

export interface TakenCell {
  readonly cell: Cell;
  readonly isFromStock: boolean;
  readonly cellStartMs: number;
}

export interface StockOptions {
  readonly size: number;
  start(heapClassMb: number): Promise<Cell>;
  /** Whether there is room for one more cell on top of all there are. */
  hasRoom(): boolean;
  onStarted(cell: Cell, startMs: number): void;
  onStartFailed(error: unknown): void;
}

interface Shelf {
  readonly ready: Cell[];
  starting: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class Stock {
  readonly #options: StockOptions;
  readonly #shelves = new Map<number, Shelf>();
  readonly #direct = new Set<Promise<Cell>>();
  readonly #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(options: StockOptions) {
    this.#options = options;
  }

  /** Blank cells, and those being started to become one; not those that are started for a request. */
  get count(): number {
    let count = 0;
    for (const shelf of this.#shelves.values()) {
      count += shelf.ready.length + (shelf.starting === undefined ? 0 : 1);
    }
    return count;
  }

  /** Of `count`, those that are not there yet. */
  get startingCount(): number {
    return this.count - this.cells.length;
  }

  get cells(): readonly Cell[] {
    return [...this.#shelves.values()].flatMap((shelf) => shelf.ready);
  }

  #shelf(heapClassMb: number): Shelf {
    const existing = this.#shelves.get(heapClassMb);
    if (existing !== undefined) return existing;
    const shelf: Shelf = { ready: [], starting: undefined, timer: undefined };
    this.#shelves.set(heapClassMb, shelf);
    return shelf;
  }

  async #start(heapClassMb: number): Promise<{ cell: Cell; startMs: number }> {
    await this.#startTurn();
    const startedAt = performance.now();
    const starting = this.#options.start(heapClassMb);
    this.#direct.add(starting);
    try {
      const cell = await starting;
      const startMs = performance.now() - startedAt;
      this.#options.onStarted(cell, startMs);
      return { cell, startMs };
    } finally {
      this.#direct.delete(starting);
      this.#waiting.shift()?.();
    }
  }

  /** A few at once: many starts together make each of them slow. */
  async #startTurn(): Promise<void> {
    while (this.#direct.size >= maxStartsAtOnce) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#isClosed) throw new BerthError("UNAVAILABLE", "The cell pool is closed.");
  }

  async take(heapClassMb: number): Promise<TakenCell> {
    const shelf = this.#shelf(heapClassMb);
    const waiting = shelf.ready.shift();
    this.refill(heapClassMb, refillDelayMs);
    if (waiting !== undefined) return { cell: waiting, isFromStock: true, cellStartMs: 0 };
    const { cell, startMs } = await this.#start(heapClassMb);
    return { cell, isFromStock: false, cellStartMs: startMs };
  }

  /** Starts cells one after another until the shelf is full. */
  refill(heapClassMb: number, delayMs: number): void {
    const shelf = this.#shelf(heapClassMb);
    if (this.#isClosed || shelf.timer !== undefined || this.#options.size === 0) return;
    shelf.timer = setTimeout(() => {
      shelf.timer = undefined;
      shelf.starting ??= this.fill(heapClassMb).finally(() => {
        shelf.starting = undefined;
      });
    }, delayMs);
    shelf.timer.unref();
  }

  async fill(heapClassMb: number): Promise<void> {
    const shelf = this.#shelf(heapClassMb);
    while (!this.#isClosed && shelf.ready.length < this.#options.size && this.#options.hasRoom()) {
      try {
        const { cell } = await this.#start(heapClassMb);
        // Its first answer costs it some milliseconds, which a waiting cell has.
        await cell.ping();
        if (this.#isClosed) return void (await cell.stop());
        this.#put(shelf, cell);
      } catch (error) {
        this.#options.onStartFailed(error);
        this.refill(heapClassMb, retryDelayMs);
        return;
      }
    }
  }

  #put(shelf: Shelf, cell: Cell): void {
    shelf.ready.push(cell);
    void cell.exited.then(() => {
      const index = shelf.ready.indexOf(cell);
      if (index < 0) return;
      shelf.ready.splice(index, 1);
      this.refill(cell.heapClassMb, retryDelayMs);
    });
  }

  /** Makes room for a cell of another class. Undefined when there is no blank one. */
  dropOne(): Promise<void> | undefined {
    for (const shelf of this.#shelves.values()) {
      const cell = shelf.ready.shift();
      if (cell !== undefined) return cell.stop();
    }
    return undefined;
  }

  /** Replaces every blank cell by one that is started now. */
  async renew(): Promise<void> {
    const shelves = [...this.#shelves].filter(
      ([, { ready, starting }]) => ready.length > 0 || starting,
    );
    await Promise.allSettled(shelves.map(([, { starting }]) => starting));
    const old = shelves.flatMap(([, { ready }]) => ready.splice(0));
    for (const [heapClassMb] of shelves) this.refill(heapClassMb, 0);
    await Promise.all(old.map((cell) => cell.stop()));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const shelf of this.#shelves.values()) clearTimeout(shelf.timer);
    const stops = this.cells.map((cell) => cell.stop());
    const started = [...this.#direct].map(async (starting) => (await starting).stop());
    // A cell that failed to start leaves nothing to stop.
    await Promise.allSettled([...stops, ...started]);
  }
}
