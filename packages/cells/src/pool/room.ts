/**
 * Room for one more cell: so many at once, and so much memory of all together.
 *
 * Blank cells make way first, then the longest idle; a busy one never does. Whoever finds none of
 * these waits, and is told to come back when the wait was too long.
 * Invariant: a single cell is always let in, however small the budget.
 */

import { BerthError } from "@berth/protocol";
import type { Slot } from "./slot.ts";

const retryAfterSeconds = 1;
/** What a cell holds soon after its start, until it can be measured. */
const newCellBytes = 16 * 1024 * 1024;

export interface RoomOptions {
  readonly maxCells: number;
  readonly memoryBudgetBytes: number;
  /** Longer than that nobody waits. */
  readonly maxWaitMs: number;
  /** Running, blank and starting ones, without those on their way to an isolate. */
  countCells(): number;
  /** Of these, those that cannot be measured yet. */
  countStarting(): number;
  readMemoryBytes(): number;
  slots(): readonly Slot[];
  /** Undefined when there is none. It and `stop` take the cell out of the count before they return. */
  dropBlank(): Promise<void> | undefined;
  stop(slot: Slot, reason: "capacity" | "memory"): Promise<void>;
}

type Shortage = "capacity" | "memory";

export class Room {
  readonly #options: RoomOptions;
  /** Who waits for a place; they are not counted, or they would wait for each other. */
  readonly #line: object[] = [];
  readonly #waiting = new Set<() => void>();
  /** Cells on their way to an isolate, wherever they come from. */
  #openingCount = 0;

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** Whether a cell could be added without anybody having to go, or to wait longer for it. */
  get isFree(): boolean {
    return this.#line.length === 0 && this.#findShortage() === undefined;
  }

  #findShortage(): Shortage | undefined {
    const { maxCells, memoryBudgetBytes, countCells, countStarting, readMemoryBytes } =
      this.#options;
    const count = countCells() + this.#openingCount + 1;
    if (count > maxCells) return "capacity";
    if (count <= 1) return undefined;
    const unmeasured = (countStarting() + this.#openingCount + 1) * newCellBytes;
    return readMemoryBytes() + unmeasured > memoryBudgetBytes ? "memory" : undefined;
  }

  /** The longest idle cell first: a paused one is older than any that is not. */
  #findIdle(): Slot | undefined {
    return this.#options
      .slots()
      .filter((slot) => slot.isIdle && !slot.isClosing)
      .sort((a, b) => a.lastUsedAt - b.lastUsedAt)[0];
  }

  /** Counts a cell that needs no room of its own, such as a blank one that is taken. */
  take(): void {
    this.#openingCount += 1;
  }

  /** The cell of `enter` or `take` is counted among the others now, or was not to be had. */
  leave(): void {
    this.#openingCount -= 1;
    this.notify();
  }

  /**
   * Resolves once one more cell has its place, which is then counted. First come, first served.
   *
   * @throws BerthError `UNAVAILABLE` when every cell stays busy
   */
  async enter(): Promise<void> {
    const giveUpAt = performance.now() + this.#options.maxWaitMs;
    const turn = {};
    const ends: Promise<void>[] = [];
    this.#line.push(turn);
    try {
      for (;;) {
        if (this.#line[0] === turn && this.#clear(ends)) {
          this.take();
          break;
        }
        const leftMs = giveUpAt - performance.now();
        if (leftMs <= 0) throw this.#refusal(this.#findShortage() ?? "capacity");
        await this.#change(leftMs);
        // A cell between its load and the request that it was loaded for only seems to be idle.
        await new Promise(setImmediate);
      }
    } finally {
      this.#line.splice(this.#line.indexOf(turn), 1);
      this.notify();
    }
    // The next in line need not wait for these.
    await Promise.allSettled(ends);
  }

  /** Lets go whoever may, at once in the books; `ends` resolve when they are gone. */
  #clear(ends: Promise<void>[]): boolean {
    for (;;) {
      const shortage = this.#findShortage();
      if (shortage === undefined) return true;
      const end = this.#free(shortage);
      if (end === undefined) return false;
      ends.push(end);
    }
  }

  /** Below the budget again, as far as idle cells make it so. @returns how many went */
  async relieve(): Promise<number> {
    let count = 0;
    const { readMemoryBytes, memoryBudgetBytes } = this.#options;
    while (readMemoryBytes() > memoryBudgetBytes) {
      const end = this.#free("memory");
      if (end === undefined) break;
      await end;
      count += 1;
    }
    return count;
  }

  #free(shortage: Shortage): Promise<void> | undefined {
    const blank = this.#options.dropBlank();
    if (blank !== undefined) return blank;
    const oldest = this.#findIdle();
    return oldest === undefined ? undefined : this.#options.stop(oldest, shortage);
  }

  #refusal(shortage: Shortage): BerthError {
    const { maxCells, memoryBudgetBytes } = this.#options;
    const why =
      shortage === "capacity"
        ? `All ${maxCells} cells of this server are busy`
        : `The busy cells of this server hold the ${Math.round(memoryBudgetBytes / 1024 / 1024)} MiB that cells may have`;
    const message = `${why}; try again in ${retryAfterSeconds} s.`;
    return new BerthError("UNAVAILABLE", message, { details: { retryAfterSeconds } });
  }

  /** Resolves when `notify` is called, or after `maxMs`. */
  #change(maxMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#waiting.delete(finish);
        resolve();
      };
      const timer = setTimeout(finish, maxMs);
      this.#waiting.add(finish);
    });
  }

  /** A cell became idle, or went away. */
  notify(): void {
    if (this.#waiting.size === 0) return;
    for (const wake of [...this.#waiting]) wake();
  }
}
