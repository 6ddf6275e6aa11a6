/** A cell that has been given to a tenant, with what runs in it. */

import type { BerthError } from "@berth/protocol";
import type { LoadReport } from "../calls.ts";
import type { Cell } from "../driver.ts";
import { type CellLimits, defaultCellLimits, type IsolateSpec } from "../spec.ts";
import { CpuShares } from "./cpu-shares.ts";
import type { Flight } from "./flight.ts";
import type { CellTier } from "./pool.ts";

export interface SlotOptions {
  readonly cell: Cell;
  readonly tenant: string;
  readonly placement: string;
  readonly startedAt: number;
  /** No request and no load is left. */
  onIdle(): void;
}

export interface PendingPing {
  readonly sentAt: number;
  readonly cpuMs: number;
}

/** The widest of what the isolates in one cell may have; the cell's group knows only one limit. */
function widest(first: CellLimits, rest: readonly CellLimits[]): CellLimits {
  const most = (read: (limits: CellLimits) => number) => Math.max(read(first), ...rest.map(read));
  const pids = most((limits) => limits.pids ?? 0);
  return {
    ...first,
    memoryMb: most((limits) => limits.memoryMb),
    cpuPercent: most((limits) => limits.cpuPercent),
    ...(pids > 0 ? { pids } : {}),
  };
}

export class Slot {
  readonly cell: Cell;
  readonly tenant: string;
  readonly placement: string;
  readonly startedAt: number;
  readonly isolates = new Map<string, IsolateSpec>();
  readonly reports = new Map<string, LoadReport>();
  readonly flights = new Set<Flight>();
  lastUsedAt: number;
  /** When the last request or load of an isolate ended. */
  readonly usedAt = new Map<string, number>();
  /** Isolates that were unloaded or failed to load: the engine may keep their memory. */
  spent = 0;
  /** It gets no processor; `wake` first. */
  isPaused = false;
  /** Loads under way: a cell that waits for its first code is not idle. */
  loads = 0;
  /** No new isolates and no new requests: it is being stopped, or is gone. */
  isClosing = false;
  /** Its isolate is busy or under suspicion, and stays alone. */
  isReserved = false;
  /** It runs an engine that was replaced: it finishes what it has. */
  isRetired = false;
  /** A request of it passed its deadline; the next ping tells whether the thread still turns. */
  isSuspect = false;
  ping: PendingPing | undefined;
  lastPingAt: number;
  /** At the watchdog's last look; undefined after a pause. */
  lastCpuMs: number | undefined;
  /** Since when no request runs, as the watchdog saw it, and what was used since. */
  restSince: number | undefined;
  restLookAt: number | undefined;
  restCpuMs = 0;
  readonly #onIdle: () => void;
  readonly #drainWaiters = new Set<() => void>();
  #shares = 1;
  #cpuShares: CpuShares | undefined;
  #waking: Promise<void> | undefined;

  constructor({ cell, tenant, placement, startedAt, onIdle }: SlotOptions) {
    this.#onIdle = onIdle;
    this.cell = cell;
    this.tenant = tenant;
    this.placement = placement;
    this.startedAt = startedAt;
    this.lastUsedAt = startedAt;
    this.lastPingAt = startedAt;
  }

  get isIdle(): boolean {
    return this.flights.size === 0 && this.loads === 0;
  }

  get tier(): Exclude<CellTier, "blank"> {
    if (!this.isIdle) return "busy";
    return this.isPaused ? "paused" : "idle";
  }

  /** Several isolates run in it, or have. */
  get isShared(): boolean {
    return this.#cpuShares !== undefined;
  }

  /** Of a cell that one isolate has to itself, all. */
  cpuMsOf(key: string): number {
    if (this.#cpuShares === undefined) return this.cell.readCpuMs();
    this.settleCpu();
    return this.#cpuShares.read(key);
  }

  memoryBytesOf(key: string): number {
    if (!this.isolates.has(key)) return 0;
    return this.cell.readMemoryBytes() / this.isolates.size;
  }

  /** Before and after each request, so that each interval goes to those that ran in it. */
  settleCpu(): void {
    this.#cpuShares?.settle([...this.flights].map((flight) => flight.isolateKey));
  }

  beginLoad(key: string): void {
    this.loads += 1;
    const others = [...this.isolates.keys()].filter((each) => each !== key);
    if (others.length === 0 || this.#cpuShares !== undefined) return;
    this.#cpuShares = new CpuShares(() => this.cell.readCpuMs(), others);
  }

  add(spec: IsolateSpec, report: LoadReport): void {
    this.isolates.set(spec.key, spec);
    this.reports.set(spec.key, report);
  }

  drop(key: string): void {
    this.settleCpu();
    if (!this.isolates.delete(key)) return;
    this.#cpuShares?.forget(key);
    this.reports.delete(key);
    this.usedAt.delete(key);
    this.spent += 1;
  }

  pause(): boolean {
    const { cell } = this;
    if (cell.pause === undefined || this.isPaused || !this.isIdle || this.isClosing) return false;
    // Whether it still turns is just being found out.
    if (this.ping !== undefined || this.isSuspect) return false;
    cell.pause();
    this.isPaused = true;
    return true;
  }

  /**
   * Resolves when the cell's thread turns again, so that it has noticed which of its connections
   * were closed meanwhile. Rejects when the cell is gone.
   */
  wake(): Promise<void> {
    if (!this.isPaused) return this.#waking ?? Promise.resolve();
    this.isPaused = false;
    this.cell.resume?.();
    this.#waking = this.cell.ping().finally(() => {
      this.#waking = undefined;
    });
    return this.#waking;
  }

  get isAwake(): boolean {
    return !this.isPaused && this.#waking === undefined;
  }

  applyLimits(further?: CellLimits): void {
    const all = [...this.isolates.values()].map((spec) => spec.limits);
    const [first, ...rest] = further === undefined ? all : [...all, further];
    if (first === undefined) return;
    const limits = widest(first, rest);
    this.cell.setLimits({ ...limits, cpuPercent: limits.cpuPercent / this.#shares });
  }

  /** Among how many cells the processor share of its isolate is divided. */
  setShares(count: number): void {
    if (count === this.#shares) return;
    this.#shares = count;
    if (!this.isClosing) this.applyLimits();
  }

  /** Whether this isolate may join those that are here. */
  takesOneMore(spec: IsolateSpec): boolean {
    if (this.isClosing || this.isRetired || this.isReserved || this.#shares > 1) return false;
    // It is just leaving.
    if (this.isolates.has(spec.key)) return false;
    const bounds = [spec, ...this.isolates.values()].map(
      ({ limits }) => limits.maxIsolatesPerCell ?? defaultCellLimits.maxIsolatesPerCell,
    );
    return this.isolates.size + this.loads + this.spent < Math.min(...bounds);
  }

  /** Requests whose answer has not begun, of one isolate. */
  countAwaited(key: string): number {
    return this.#awaitedByKey().get(key) ?? 0;
  }

  /** The isolate with the most such requests, when all isolates together have more than `least`. */
  findBusiest(least: number): string | undefined {
    const counts = [...this.#awaitedByKey()].sort(([, a], [, b]) => b - a);
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    return total > least ? counts[0]?.[0] : undefined;
  }

  #awaitedByKey(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { isAwaited, isolateKey } of this.flights) {
      if (isAwaited) counts.set(isolateKey, (counts.get(isolateKey) ?? 0) + 1);
    }
    return counts;
  }

  startFlight(flight: Flight): void {
    this.settleCpu();
    this.flights.add(flight);
  }

  endFlight(flight: Flight, now: number): void {
    this.settleCpu();
    this.flights.delete(flight);
    this.lastUsedAt = now;
    this.usedAt.set(flight.isolateKey, now);
    this.#tellWaiters();
  }

  #tellWaiters(): void {
    for (const wake of this.#drainWaiters) wake();
    if (this.isIdle) this.#onIdle();
  }

  hasFlightsOf(key: string | undefined): boolean {
    if (key === undefined) return this.flights.size > 0;
    for (const flight of this.flights) if (flight.isolateKey === key) return true;
    return false;
  }

  endLoad(): void {
    this.loads -= 1;
    this.#tellWaiters();
  }

  /** Resolves when no request of the isolate (or of any) runs any longer, or after `timeoutMs`. */
  drained(key: string | undefined, timeoutMs: number): Promise<void> {
    return this.#until(() => !this.hasFlightsOf(key), timeoutMs);
  }

  #until(isSo: () => boolean, timeoutMs: number): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#drainWaiters.delete(wake);
        resolve();
      };
      const wake = () => {
        if (isSo()) finish();
      };
      const timer = setTimeout(finish, timeoutMs);
      this.#drainWaiters.add(wake);
    });
  }

  failFlights(errorFor: (flight: Flight) => BerthError): void {
    for (const flight of [...this.flights]) flight.fail(errorFor(flight));
  }
}
