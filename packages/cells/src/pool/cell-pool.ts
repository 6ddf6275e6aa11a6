/**
 * Hands out jailed cells, runs isolates in them, and takes them back.
 *
 * Does not decide whether an app may run, nor what it may reach: the server does.
 * Invariants: a cell that has run one tenant's code never runs another's; isolates share a cell
 * only when tenant and placement are equal; a cell that was lost or is closing gets no request.
 */

import { BerthError, isBerthError } from "@berth/protocol";
import type { CellRequest, CellResponse, HookContext, HookResult, LoadReport } from "../calls.ts";
import type { CellDriver, CellExit } from "../driver.ts";
import type { JsonValue } from "../json.ts";
import type { CellLogger } from "../ports.ts";
import { checkSpec, type IsolateSpec } from "../spec.ts";
import { EventFeed } from "./event-feed.ts";
import { Fleet } from "./fleet.ts";
import { Flight } from "./flight.ts";
import type { CellInfo, CellLossCause, CellPool, CellPoolOptions, IsolateUsage } from "./pool.ts";
import { Quarantine } from "./quarantine.ts";
import type { Slot } from "./slot.ts";
import { Watchdog } from "./watchdog.ts";

const drainMs = 5_000;
/** Loading is bounded like a request, but a small wall time must not make a cold start impossible. */
const leastLoadWallMs = 15_000;
const leastLoadCpuMs = 2_000;
const maxRequestsPerCell = 1_000;

export interface CellPoolParts {
  readonly options: CellPoolOptions;
  readonly driver: CellDriver;
  readonly createCellId: () => string;
  readonly now: () => number;
}

interface Loaded {
  readonly slot: Slot;
  readonly report: LoadReport;
}

function lostToOthers(): BerthError {
  return new BerthError("CELL_LOST", "The cell was ended because of another app in it; try again.");
}

export class JailedCellPool implements CellPool {
  readonly #driver: CellDriver;
  readonly #fleet: Fleet;
  readonly #logger: CellLogger;
  readonly #now: () => number;
  readonly #watchdog: Watchdog;
  readonly #quarantine: Quarantine;
  readonly #events: EventFeed;
  readonly #loading = new Map<string, Promise<Loaded>>();
  readonly #idleTimer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor({ options, driver, createCellId, now }: CellPoolParts) {
    this.#driver = driver;
    this.#logger = options.logger;
    this.#now = now;
    this.#events = new EventFeed(options.logger);
    this.#quarantine = new Quarantine(now);
    this.#fleet = new Fleet({
      options,
      driver,
      events: this.#events,
      createCellId,
      now,
      onExit: (slot, exit) => this.#onExit(slot, exit),
    });
    this.#watchdog = new Watchdog({
      now,
      onLost: (slot, cause, culprit, error) => this.#lose({ slot, cause, culprit, error }),
      onDeadline: (slot, flight) => this.#missDeadline(slot, flight),
    });
    const idleStopMs = options.idleStopMs ?? 600_000;
    if (idleStopMs > 0) {
      const sweep = () => void this.stopIdle(idleStopMs);
      this.#idleTimer = setInterval(sweep, Math.max(50, idleStopMs / 4)).unref();
    }
  }

  /** Fills the stock for apps of this size; for the start of the server. */
  warm(memoryMb: number): Promise<void> {
    return this.#fleet.warm(memoryMb);
  }

  async fetch(spec: IsolateSpec, request: CellRequest): Promise<CellResponse> {
    const slot = this.#fleet.findSlot(spec.key) ?? (await this.#ensure(spec)).slot;
    return this.#run({ slot, spec, context: request }, (flight) =>
      slot.cell.invoke(spec.key, request, flight),
    );
  }

  async callHook(
    spec: IsolateSpec,
    hook: string,
    payload: JsonValue,
    context: HookContext,
  ): Promise<HookResult> {
    const slot = this.#fleet.findSlot(spec.key) ?? (await this.#ensure(spec)).slot;
    return this.#run({ slot, spec, context }, (flight) =>
      slot.cell.runHook(spec.key, hook, payload, context, flight),
    );
  }

  async load(spec: IsolateSpec): Promise<LoadReport> {
    const report = this.#fleet.findSlot(spec.key)?.reports.get(spec.key);
    return report ?? (await this.#ensure(spec)).report;
  }

  async #run<Result>(
    input: {
      readonly slot: Slot;
      readonly spec: IsolateSpec;
      readonly context: { readonly requestId: string; readonly signal?: AbortSignal };
    },
    ask: (flight: Flight) => Promise<Result>,
  ): Promise<Result> {
    const { slot, spec, context } = input;
    if (slot.flights.size >= maxRequestsPerCell) {
      const message = `The app has ${slot.flights.size} requests running; no more are taken.`;
      throw new BerthError("UNAVAILABLE", message);
    }
    const { signal } = context;
    const giveUp = () => {
      const message = "The caller gave the request up.";
      flight.fail(new BerthError("REQUEST_TIMEOUT", message, { cause: signal?.reason }));
    };
    const flight = new Flight({
      isolateKey: spec.key,
      requestId: context.requestId,
      limits: spec.limits,
      now: this.#now,
      onEnd: (ended, error) => {
        signal?.removeEventListener("abort", giveUp);
        this.#endFlight(slot, ended, error);
      },
    });
    slot.flights.add(flight);
    this.#watchdog.watch(slot);
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener("abort", giveUp, { once: true });
    try {
      return await ask(flight);
    } catch (error) {
      flight.onEnd(isBerthError(error) ? error : undefined);
      throw error;
    }
  }

  #endFlight(slot: Slot, flight: Flight, error: BerthError | undefined): void {
    slot.endFlight(flight);
    slot.lastUsedAt = this.#now();
    if (error?.code !== "SANDBOX_RESPONSE_TOO_LARGE") return;
    const { isolateKey, requestId } = flight;
    const cellId = slot.cell.id;
    this.#events.emit({ type: "limit-exceeded", cellId, isolateKey, limit: "response", requestId });
  }

  #ensure(spec: IsolateSpec): Promise<Loaded> {
    const loading = this.#loading.get(spec.key);
    if (loading !== undefined) return loading;
    const promise = this.#open(spec).finally(() => this.#loading.delete(spec.key));
    this.#loading.set(spec.key, promise);
    return promise;
  }

  async #open(spec: IsolateSpec): Promise<Loaded> {
    if (this.#closing !== undefined) {
      throw new BerthError("UNAVAILABLE", "The cell pool is closed.");
    }
    checkSpec(spec);
    this.#quarantine.check(spec.key);
    const { slot, taken } = await this.#fleet.place(spec);
    const startedAt = performance.now();
    slot.loads += 1;
    try {
      slot.applyLimits(spec.limits);
      const limits = {
        ...spec.limits,
        wallMs: Math.max(spec.limits.wallMs, leastLoadWallMs),
        cpuMs: Math.max(spec.limits.cpuMs, leastLoadCpuMs),
      };
      const bounded = { ...spec, limits };
      const description = await this.#run(
        { slot, spec: bounded, context: { requestId: `load ${spec.key}` } },
        (flight) => slot.cell.load(spec, flight),
      );
      const { cellStartMs, isFromStock } = taken;
      const loadMs = performance.now() - startedAt;
      const report = { cellId: slot.cell.id, isFromStock, cellStartMs, loadMs, ...description };
      slot.isolates.set(spec.key, spec);
      slot.reports.set(spec.key, report);
      this.#fleet.assign(spec.key, slot);
      return { slot, report };
    } catch (error) {
      if (slot.isolates.size === 0 && slot.loads === 1) await this.#fleet.stop(slot, "invalid");
      else if (!slot.isClosing) slot.applyLimits();
      throw error;
    } finally {
      slot.loads -= 1;
      slot.lastUsedAt = this.#now();
    }
  }

  #missDeadline(slot: Slot, flight: Flight): void {
    const { isolateKey, requestId, limits } = flight;
    const message = `The app did not answer within ${limits.wallMs} ms.`;
    flight.fail(new BerthError("SANDBOX_DEADLINE_EXCEEDED", message));
    const cellId = slot.cell.id;
    this.#events.emit({ type: "limit-exceeded", cellId, isolateKey, limit: "deadline", requestId });
  }

  /** Whose requests ran in it when it ended: the only suspect, or nobody in particular. */
  #findCulprit(slot: Slot): string | null {
    const keys = new Set([...slot.flights].map((flight) => flight.isolateKey));
    if (keys.size === 0) for (const key of slot.isolates.keys()) keys.add(key);
    return keys.size === 1 ? ([...keys][0] ?? null) : null;
  }

  #onExit(slot: Slot, exit: CellExit): void {
    if (slot.isClosing) return;
    const culprit = this.#findCulprit(slot);
    const isMemory = exit.cause === "memory" || exit.cause === "heap";
    const limit = exit.cause === "heap" ? "its JavaScript heap" : "its memory limit";
    const error = isMemory
      ? new BerthError("SANDBOX_MEMORY_EXCEEDED", `The app ran over ${limit}; its cell was ended.`)
      : new BerthError("CELL_LOST", "The cell ended before the answer was complete.");
    const cause = isMemory ? "memory" : "crash";
    this.#lose({ slot, cause, culprit, error, detail: exit.detail });
  }

  #lose(input: {
    readonly slot: Slot;
    readonly cause: CellLossCause;
    readonly culprit: string | null;
    readonly error: BerthError;
    readonly detail?: string;
  }): void {
    const { slot, cause, culprit, error } = input;
    if (slot.isClosing) return;
    const isolateKeys = [...slot.isolates.keys()];
    const guilty = [...slot.flights].find((flight) => flight.isolateKey === culprit);
    const detail = input.detail ?? error.message;
    const cellId = slot.cell.id;
    this.#fleet.forget(slot);
    slot.failFlights((flight) => (flight.isolateKey === culprit ? error : lostToOthers()));
    this.#logger.warn({ cellId, isolateKeys, cause, detail }, "cell lost");
    if (culprit !== null && cause !== "crash") {
      const requestId = guilty?.requestId ?? null;
      this.#events.emit({
        type: "limit-exceeded",
        cellId,
        isolateKey: culprit,
        limit: cause,
        requestId,
      });
    }
    this.#events.emit({ type: "cell-lost", cellId, isolateKeys, cause, detail });
    const sentence = culprit === null ? undefined : this.#quarantine.recordLoss(culprit, cause);
    if (culprit !== null && sentence !== undefined) {
      this.#events.emit({ type: "quarantined", isolateKey: culprit, ...sentence });
    }
    slot.cell.stop().catch((failure: unknown) => {
      this.#logger.error({ err: failure, cellId }, "cell could not be stopped");
    });
  }

  async release(key: string): Promise<void> {
    // Whoever asked for it hears why it does not load; here it only must be over.
    await Promise.allSettled([this.#loading.get(key)]);
    const slot = this.#fleet.findSlot(key);
    if (slot === undefined) return;
    this.#fleet.unassign(key);
    const isAlone = slot.isolates.size === 1 && slot.loads === 0;
    if (isAlone) slot.isClosing = true;
    await slot.drained(key, drainMs);
    if (isAlone) {
      slot.isClosing = false;
      return this.#fleet.stop(slot, "released");
    }
    slot.isolates.delete(key);
    slot.reports.delete(key);
    if (slot.isClosing) return;
    await slot.cell.unload(key);
    slot.applyLimits();
  }

  async stopIdle(olderThanMs: number): Promise<number> {
    const before = this.#now() - olderThanMs;
    const idle = this.#fleet.slots.filter(
      (slot) => slot.isIdle && !slot.isClosing && slot.lastUsedAt <= before,
    );
    await Promise.all(idle.map((slot) => this.#fleet.stop(slot, "idle")));
    return idle.length;
  }

  usage(key: string): IsolateUsage | undefined {
    const slot = this.#fleet.findSlot(key);
    if (slot === undefined) return undefined;
    return {
      memoryBytes: slot.cell.readMemoryBytes(),
      cpuMs: slot.cell.readCpuMs(),
      startedAt: slot.startedAt,
      cells: 1,
    };
  }

  list(): readonly CellInfo[] {
    return this.#fleet.list();
  }

  onEvent(listener: Parameters<CellPool["onEvent"]>[0]): () => void {
    return this.#events.subscribe(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#idleTimer);
    const loading = [...this.#loading.values()];
    await this.#fleet.close();
    await Promise.allSettled(loading);
    await this.#fleet.close();
    this.#watchdog.close();
    await this.#driver.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
