/** A cell that has been given to a tenant, with what runs in it. */

import type { BerthError } from "@berth/protocol";
import type { LoadReport } from "../calls.ts";
import type { Cell } from "../driver.ts";
import { type CellLimits, defaultCellLimits, type IsolateSpec } from "../spec.ts";
import type { Flight } from "./flight.ts";

export interface SlotOptions {
  readonly cell: Cell;
  readonly tenant: string;
  readonly placement: string;
  readonly startedAt: number;
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
  readonly #drainWaiters = new Set<() => void>();
  #shares = 1;

  constructor({ cell, tenant, placement, startedAt }: SlotOptions) {
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
    const bounds = [spec, ...this.isolates.values()].map(
      ({ limits }) => limits.maxIsolatesPerCell ?? defaultCellLimits.maxIsolatesPerCell,
    );
    return this.isolates.size + this.loads < Math.min(...bounds) || this.isolates.has(spec.key);
  }

  /** Requests whose answer has not begun. */
  countAwaited(): number {
    let count = 0;
    for (const flight of this.flights) if (flight.isAwaited) count += 1;
    return count;
  }

  endFlight(flight: Flight): void {
    this.flights.delete(flight);
    for (const wake of this.#drainWaiters) wake();
  }

  hasFlightsOf(key: string | undefined): boolean {
    if (key === undefined) return this.flights.size > 0;
    for (const flight of this.flights) if (flight.isolateKey === key) return true;
    return false;
  }

  /** Resolves when a request or a load ended and none is left, or after `timeoutMs`. */
  idle(timeoutMs: number): Promise<void> {
    return this.#until(() => this.isIdle || this.isClosing, timeoutMs);
  }

  endLoad(): void {
    this.loads -= 1;
    for (const wake of this.#drainWaiters) wake();
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
