/**
 * The cells there are: which runs what, which is blank, and room for more.
 *
 * Invariants: a cell that has run one tenant's code never runs another's; isolates share a cell only
 * when tenant and placement are equal; a slot that is closing is given to nobody.
 */

import { BerthError } from "@berth/protocol";
import type { Cell, CellDriver, CellExit } from "../driver.ts";
import type { IsolateSpec } from "../spec.ts";
import type { EventFeed } from "./event-feed.ts";
import type { CellInfo, CellPoolOptions } from "./pool.ts";
import { Slot } from "./slot.ts";
import { Stock, type TakenCell } from "./stock.ts";

export type StopReason = "idle" | "released" | "capacity" | "invalid" | "closed";

export interface FleetOptions {
  readonly options: CellPoolOptions;
  readonly driver: CellDriver;
  readonly events: EventFeed;
  readonly createCellId: () => string;
  readonly now: () => number;
  /** A cell in use ended, expected or not. */
  onExit(slot: Slot, exit: CellExit): void;
}

export interface Placed {
  readonly slot: Slot;
  readonly taken: TakenCell;
}

export class Fleet {
  readonly #driver: CellDriver;
  readonly #events: EventFeed;
  readonly #now: () => number;
  readonly #onExit: (slot: Slot, exit: CellExit) => void;
  readonly #stock: Stock;
  readonly #maxCells: number;
  readonly #slots = new Set<Slot>();
  readonly #byKey = new Map<string, Slot>();
  /** Cells on their way to a placement, so that two first requests share one. */
  readonly #opening = new Map<string, Promise<Placed>>();

  constructor({ options, driver, events, createCellId, now, onExit }: FleetOptions) {
    this.#driver = driver;
    this.#events = events;
    this.#now = now;
    this.#onExit = onExit;
    this.#maxCells = options.maxCells ?? 64;
    this.#stock = new Stock({
      size: options.warmCells ?? 1,
      start: (heapClassMb) => driver.startCell({ id: createCellId(), heapClassMb, sink: options }),
      hasRoom: () => this.#count() < this.#maxCells,
      onStarted: (cell, startMs) =>
        this.#events.emit({ type: "cell-started", cellId: cell.id, startMs }),
      onStartFailed: (error) => {
        const message = error instanceof Error ? error.message : String(error);
        this.#events.emit({ type: "cell-start-failed", message });
      },
    });
  }

  #count(): number {
    return this.#slots.size + this.#opening.size + this.#stock.count;
  }

  /** Fills the stock for apps of this size; for the start of the server. */
  warm(memoryMb: number): Promise<void> {
    return this.#stock.fill(this.#driver.heapClassOf(memoryMb));
  }

  get slots(): readonly Slot[] {
    return [...this.#slots];
  }

  findSlot(key: string): Slot | undefined {
    const slot = this.#byKey.get(key);
    return slot === undefined || slot.isClosing ? undefined : slot;
  }

  /** From now on requests for the key go to this slot. */
  assign(key: string, slot: Slot): void {
    this.#byKey.set(key, slot);
  }

  unassign(key: string): void {
    this.#byKey.delete(key);
  }

  /** A running cell of the same tenant, placement and heap class, or a new one. */
  async place(spec: IsolateSpec): Promise<Placed> {
    const { tenant, placement } = spec;
    const heapClassMb = this.#driver.heapClassOf(spec.limits.memoryMb);
    for (const slot of this.#slots) {
      const isShared = slot.tenant === tenant && slot.placement === placement;
      if (!isShared || slot.isClosing || slot.cell.heapClassMb !== heapClassMb) continue;
      return { slot, taken: { cell: slot.cell, isFromStock: false, cellStartMs: 0 } };
    }
    const group = JSON.stringify([tenant, placement, heapClassMb]);
    const opening = this.#opening.get(group);
    if (opening !== undefined) return opening;
    const promise = this.#openSlot(spec, heapClassMb).finally(() => this.#opening.delete(group));
    this.#opening.set(group, promise);
    return promise;
  }

  async #openSlot(spec: IsolateSpec, heapClassMb: number): Promise<Placed> {
    const hasBlank = this.#stock.cells.some((cell) => cell.heapClassMb === heapClassMb);
    if (!hasBlank) await this.#makeRoom();
    const taken = await this.#stock.take(heapClassMb);
    const { tenant, placement } = spec;
    const slot = new Slot({ cell: taken.cell, tenant, placement, startedAt: this.#now() });
    this.#slots.add(slot);
    void taken.cell.exited.then((exit) => this.#onExit(slot, exit));
    return { slot, taken };
  }

  async #makeRoom(): Promise<void> {
    if (this.#count() < this.#maxCells) return;
    if (await this.#stock.dropOne()) return;
    const idle = [...this.#slots].filter((slot) => slot.isIdle && !slot.isClosing);
    const oldest = idle.sort((a, b) => a.lastUsedAt - b.lastUsedAt)[0];
    if (oldest === undefined) {
      const message = `All ${this.#maxCells} cells of this server are busy.`;
      throw new BerthError("UNAVAILABLE", message);
    }
    await this.stop(oldest, "capacity");
  }

  forget(slot: Slot): void {
    slot.isClosing = true;
    this.#slots.delete(slot);
    for (const [key, owner] of this.#byKey) if (owner === slot) this.#byKey.delete(key);
  }

  async stop(slot: Slot, reason: StopReason): Promise<void> {
    const wasRunning = !slot.isClosing;
    this.forget(slot);
    slot.failFlights(() => new BerthError("CELL_LOST", "The cell was stopped; try again."));
    await slot.cell.stop();
    if (!wasRunning) return;
    const isolateKeys = [...slot.isolates.keys()];
    this.#events.emit({ type: "cell-stopped", cellId: slot.cell.id, isolateKeys, reason });
  }

  #describe(cell: Cell, slot: Slot | undefined): CellInfo {
    return {
      id: cell.id,
      tenant: slot?.tenant,
      placement: slot?.placement,
      isolateKeys: slot === undefined ? [] : [...slot.isolates.keys()],
      inFlight: slot?.flights.size ?? 0,
      memoryBytes: cell.readMemoryBytes(),
      cpuMs: cell.readCpuMs(),
      startedAt: slot?.startedAt ?? 0,
      lastUsedAt: slot?.lastUsedAt ?? 0,
      heapClassMb: cell.heapClassMb,
      hostUid: cell.hostUid,
      pid: cell.pid,
    };
  }

  list(): readonly CellInfo[] {
    const used = [...this.#slots].map((slot) => this.#describe(slot.cell, slot));
    return [...used, ...this.#stock.cells.map((cell) => this.#describe(cell, undefined))];
  }

  async close(): Promise<void> {
    await this.#stock.close();
    await Promise.allSettled([...this.#opening.values()]);
    await Promise.all(this.slots.map((slot) => this.stop(slot, "closed")));
  }
}
