/** A cell that has been given to a tenant, with what runs in it. */

import type { BerthError } from "@berth/protocol";
import type { LoadReport } from "../calls.ts";
import type { Cell } from "../driver.ts";
import type { CellLimits, IsolateSpec } from "../spec.ts";
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
  /** A request of it passed its deadline; the next ping tells whether the thread still turns. */
  isSuspect = false;
  ping: PendingPing | undefined;
  lastPingAt: number;
  /** At the watchdog's last look; undefined after a pause. */
  lastCpuMs: number | undefined;
  readonly #drainWaiters = new Set<() => void>();

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
    if (first !== undefined) this.cell.setLimits(widest(first, rest));
  }

  endFlight(flight: Flight): void {
    this.flights.delete(flight);
    for (const wake of this.#drainWaiters) wake();
  }

  hasFlightsOf(key: string): boolean {
    for (const flight of this.flights) if (flight.isolateKey === key) return true;
    return false;
  }

  /** Resolves when no request of the isolate runs any longer, or after `timeoutMs`. */
  drained(key: string, timeoutMs: number): Promise<void> {
    if (!this.hasFlightsOf(key)) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#drainWaiters.delete(wake);
        resolve();
      };
      const wake = () => {
        if (!this.hasFlightsOf(key)) finish();
      };
      const timer = setTimeout(finish, timeoutMs);
      this.#drainWaiters.add(wake);
    });
  }

  failFlights(errorFor: (flight: Flight) => BerthError): void {
    for (const flight of [...this.flights]) flight.fail(errorFor(flight));
  }
}
