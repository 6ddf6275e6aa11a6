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
import { findMemoryBudgetBytes } from "./memory-budget.ts";
import {
  type CellCounts,
  type CellEvent,
  type CellInfo,
  type CellPoolOptions,
  defaultMaxWaitMs,
  type IsolateUsage,
} from "./pool.ts";
import { Room } from "./room.ts";
import { Slot } from "./slot.ts";
import { Stock, type TakenCell } from "./stock.ts";

export type StopReason = Extract<CellEvent, { type: "cell-stopped" }>["reason"];

export interface FleetOptions {
  readonly options: CellPoolOptions;
  readonly driver: CellDriver;
  readonly events: EventFeed;
  readonly createCellId: () => string;
  readonly now: () => number;
  /** A cell in use ended, expected or not. */
  onExit(slot: Slot, exit: CellExit): void;
}

/** The cells that run one isolate: a busy one has several. */
interface Homes {
  readonly slots: Set<Slot>;
  /** Of the first; what follows is counted on. */
  readonly startedAt: number;
  /** By cells that were given back since. */
  spentCpuMs: number;
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
  readonly #room: Room;
  readonly #maxCells: number;
  readonly #memoryBudgetBytes: number;
  readonly #slots = new Set<Slot>();
  readonly #byKey = new Map<string, Homes>();
  /** Cells on their way to a placement, so that two first requests share one. */
  readonly #opening = new Map<string, Promise<Placed>>();

  constructor({ options, driver, events, createCellId, now, onExit }: FleetOptions) {
    this.#driver = driver;
    this.#events = events;
    this.#now = now;
    this.#onExit = onExit;
    this.#maxCells = options.maxCells ?? 64;
    this.#memoryBudgetBytes = findMemoryBudgetBytes(options.memoryBudgetMb);
    this.#room = new Room({
      maxCells: this.#maxCells,
      memoryBudgetBytes: this.#memoryBudgetBytes,
      maxWaitMs: options.maxWaitMs ?? defaultMaxWaitMs,
      countCells: () => this.#count(),
      countStarting: () => this.#stock.startingCount,
      readMemoryBytes: () => this.#readMemoryBytes(),
      slots: () => this.slots,
      dropBlank: () => this.#stock.dropOne(),
      stop: (slot, reason) => this.stop(slot, reason),
    });
    this.#stock = new Stock({
      size: options.warmCells ?? 1,
      start: (heapClassMb) => driver.startCell({ id: createCellId(), heapClassMb, sink: options }),
      hasRoom: () => this.hasRoom,
      onStarted: (cell, startMs) =>
        this.#events.emit({ type: "cell-started", cellId: cell.id, startMs }),
      onStartFailed: (error) => {
        const message = error instanceof Error ? error.message : String(error);
        this.#events.emit({ type: "cell-start-failed", message });
      },
    });
  }

  #count(): number {
    let count = 0;
    // Those that only finish what they have make place for their successors.
    for (const slot of this.#slots) if (!slot.isRetired) count += 1;
    return count + this.#stock.count;
  }

  #readMemoryBytes(): number {
    let bytes = 0;
    for (const { cell } of this.#slots) bytes += cell.readMemoryBytes();
    for (const cell of this.#stock.cells) bytes += cell.readMemoryBytes();
    return bytes;
  }

  /** Fills the stock for apps of this size; for the start of the server. */
  warm(memoryMb: number): Promise<void> {
    return this.#stock.fill(this.#driver.heapClassOf(memoryMb));
  }

  renewStock(): Promise<void> {
    return this.#stock.renew();
  }

  get slots(): readonly Slot[] {
    return [...this.#slots];
  }

  /** The one with the fewest requests of all that run the isolate. */
  findSlot(key: string): Slot | undefined {
    let best: Slot | undefined;
    for (const slot of this.#byKey.get(key)?.slots ?? []) {
      if (slot.isClosing) continue;
      if (best === undefined || slot.flights.size < best.flights.size) best = slot;
    }
    return best;
  }

  slotsOf(key: string): readonly Slot[] {
    return [...(this.#byKey.get(key)?.slots ?? [])].filter((slot) => !slot.isClosing);
  }

  /** From now on requests for the key go to this slot too. */
  assign(key: string, slot: Slot): void {
    const known = this.#byKey.get(key);
    const homes = known ?? { slots: new Set(), startedAt: slot.startedAt, spentCpuMs: 0 };
    homes.slots.add(slot);
    this.#byKey.set(key, homes);
    this.#shareOut(homes.slots);
  }

  /** No further request for the key goes to this slot. */
  unassign(key: string, slot: Slot): void {
    const homes = this.#byKey.get(key);
    if (homes?.slots.delete(slot) !== true) return;
    if (homes.slots.size === 0) this.#byKey.delete(key);
    else {
      homes.spentCpuMs += slot.cpuMsOf(key);
      this.#shareOut(homes.slots);
    }
  }

  usage(key: string): IsolateUsage | undefined {
    const homes = this.#byKey.get(key);
    const slots = this.slotsOf(key);
    if (homes === undefined || slots.length === 0) return undefined;
    const sum = (read: (slot: Slot) => number) => slots.reduce((all, slot) => all + read(slot), 0);
    return {
      memoryBytes: sum((slot) => slot.memoryBytesOf(key)),
      cpuMs: homes.spentCpuMs + sum((slot) => slot.cpuMsOf(key)),
      isShared: slots.some((slot) => slot.isShared),
      startedAt: homes.startedAt,
      cells: slots.length,
    };
  }

  /** Cells of one isolate have one processor share between them; a shared cell is not its to divide. */
  #shareOut(slots: ReadonlySet<Slot>): void {
    for (const slot of slots) slot.setShares(slot.isolates.size > 1 ? 1 : slots.size);
  }

  /** Whether a cell could be added without anybody having to go. */
  get hasRoom(): boolean {
    return this.#room.isFree;
  }

  /** Stops blank and idle cells until all hold less than they may. @returns how many went */
  relieve(): Promise<number> {
    return this.#room.relieve();
  }

  /**
   * A running cell of the same tenant, placement and heap class, or a new one. Counts as being
   * loaded into, until `endLoad`.
   */
  async place(spec: IsolateSpec): Promise<Placed> {
    const { tenant, placement } = spec;
    const heapClassMb = this.#driver.heapClassOf(spec.limits.memoryMb);
    for (const slot of this.#slots) {
      const isShared = slot.tenant === tenant && slot.placement === placement;
      if (!isShared || !slot.takesOneMore(spec) || slot.cell.heapClassMb !== heapClassMb) continue;
      slot.beginLoad(spec.key);
      return { slot, taken: { cell: slot.cell, isFromStock: false, cellStartMs: 0 } };
    }
    const group = JSON.stringify([tenant, placement, heapClassMb]);
    const opening = this.#opening.get(group);
    if (opening !== undefined) {
      await opening;
      // It may be full, or gone, by now.
      return this.place(spec);
    }
    const promise = this.#openSlot(spec, heapClassMb).finally(() => this.#opening.delete(group));
    this.#opening.set(group, promise);
    return promise;
  }

  /** A cell that runs nothing else. */
  placeAlone(spec: IsolateSpec): Promise<Placed> {
    return this.#openSlot(spec, this.#driver.heapClassOf(spec.limits.memoryMb), true);
  }

  async #openSlot(spec: IsolateSpec, heapClassMb: number, isReserved = false): Promise<Placed> {
    const hasBlank = this.#stock.cells.some((cell) => cell.heapClassMb === heapClassMb);
    // Counted before anything is awaited: whoever comes meanwhile finds one place less.
    if (hasBlank) this.#room.take();
    else await this.#room.enter();
    try {
      const taken = await this.#stock.take(heapClassMb);
      const { tenant, placement } = spec;
      const slot = new Slot({
        cell: taken.cell,
        tenant,
        placement,
        startedAt: this.#now(),
        onIdle: () => this.#room.notify(),
      });
      slot.isReserved = isReserved;
      slot.beginLoad(spec.key);
      this.#slots.add(slot);
      void taken.cell.exited.then((exit) => this.#onExit(slot, exit));
      return { slot, taken };
    } finally {
      this.#room.leave();
    }
  }

  forget(slot: Slot): void {
    slot.isClosing = true;
    this.#slots.delete(slot);
    for (const key of this.#byKey.keys()) this.unassign(key, slot);
    this.#room.notify();
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
      tier: slot?.tier ?? "blank",
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

  counts(): CellCounts {
    const counts = { blank: this.#stock.cells.length, busy: 0, idle: 0, paused: 0 };
    for (const slot of this.#slots) counts[slot.tier] += 1;
    return {
      ...counts,
      memoryBytes: this.#readMemoryBytes(),
      memoryBudgetBytes: this.#memoryBudgetBytes,
      maxCells: this.#maxCells,
    };
  }

  async close(): Promise<void> {
    await this.#stock.close();
    await Promise.allSettled([...this.#opening.values()]);
    await Promise.all(this.slots.map((slot) => this.stop(slot, "closed")));
  }
}
