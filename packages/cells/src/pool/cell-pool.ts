/**
 * Hands out jailed cells, runs isolates in them, and takes them back.
 *
 * Does not decide whether an app may run, nor what it may reach: the server does.
 * Invariants: a cell that has run one tenant's code never runs another's; isolates share a cell
 * only when tenant and placement are equal; a cell that was lost or is closing gets no request.
 */

import { isBerthError } from "@berth/protocol";
import type {
  CellLogEntry,
  CellRequest,
  CellResponse,
  CellUpgrade,
  EntryKind,
  EntryResult,
  HookContext,
  HookResult,
  LoadReport,
} from "../calls.ts";
import type { CellDriver } from "../driver.ts";
import type { JsonValue } from "../json.ts";
import type { IsolateSpec } from "../spec.ts";
import { Admission } from "./admission.ts";
import { Autoscaler } from "./autoscaler.ts";
import { Dispatch } from "./dispatch.ts";
import { EventFeed } from "./event-feed.ts";
import { Fleet } from "./fleet.ts";
import { Hibernation } from "./hibernation.ts";
import { LimitNotices } from "./limit-notices.ts";
import { Loader } from "./loader.ts";
import { Losses } from "./losses.ts";
import {
  type CellCounts,
  type CellInfo,
  type CellPool,
  type CellPoolOptions,
  defaultMaxWaitMs,
  type IsolateUsage,
  type Quarantined,
} from "./pool.ts";
import { Quarantine } from "./quarantine.ts";
import type { Slot } from "./slot.ts";
import { Watchdog } from "./watchdog.ts";

const drainMs = 5_000;
const retireMs = 60_000;

export interface CellPoolParts {
  readonly options: CellPoolOptions;
  readonly driver: CellDriver;
  readonly createCellId: () => string;
  readonly now: () => number;
}

/** Methods that change nothing (RFC 9110, 9.2.1): a request of theirs may be sent again. */
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const maxRunningRequests = 512;

export class JailedCellPool implements CellPool {
  readonly #options: CellPoolOptions;
  readonly #driver: CellDriver;
  readonly #fleet: Fleet;
  readonly #watchdog: Watchdog;
  readonly #quarantine: Quarantine;
  readonly #admission: Admission;
  readonly #autoscaler: Autoscaler;
  readonly #events: EventFeed;
  readonly #dispatch: Dispatch;
  readonly #loader: Loader;
  readonly #hibernation: Hibernation;
  #closing: Promise<void> | undefined;

  constructor({ options: given, driver, createCellId, now }: CellPoolParts) {
    this.#driver = driver;
    this.#events = new EventFeed(given.logger);
    const onLog = (entry: CellLogEntry) => given.onLog(entry);
    const notices = new LimitNotices({ events: this.#events, onLog, now });
    const options: CellPoolOptions = {
      ...given,
      onLimit({ error, ...where }) {
        notices.tellLogged(error, { ...where, requestId: null });
        given.onLimit?.({ error, ...where });
      },
    };
    this.#options = options;
    this.#quarantine = new Quarantine(now);
    // The parts know each other by closures only, so their order here does not matter to them.
    this.#fleet = new Fleet({
      options,
      driver,
      events: this.#events,
      createCellId,
      now,
      onExit: (slot, exit) => losses.onExit(slot, exit),
    });
    const losses = new Losses({
      fleet: this.#fleet,
      quarantine: this.#quarantine,
      events: this.#events,
      notices,
      logger: options.logger,
      now,
    });
    this.#watchdog = new Watchdog({
      now,
      onLost: (slot, cause, culprit, error) => losses.lose({ slot, cause, culprit, error }),
      onDeadline: (slot, flight) => losses.missDeadline(slot, flight),
    });
    this.#admission = new Admission({
      maxRunning: maxRunningRequests,
      maxWaitMs: options.maxWaitMs ?? defaultMaxWaitMs,
    });
    this.#autoscaler = new Autoscaler({
      maxCells: options.maxCellsPerIsolate ?? 4,
      slotsOf: (key) => this.#fleet.slotsOf(key),
      waiting: (key) => this.#admission.waiting(key),
      hasRoom: () => this.#fleet.hasRoom,
      grow: (spec) => this.#loader.grow(spec),
      shrink: (key, slot) => void this.#releaseFrom(slot, key),
    });
    this.#dispatch = new Dispatch({
      admission: this.#admission,
      autoscaler: this.#autoscaler,
      watchdog: this.#watchdog,
      notices,
      events: this.#events,
      findSlot: (key) => this.#fleet.findSlot(key),
      loadSlot: async (spec) => (await this.#loader.load(spec)).slot,
      now,
    });
    this.#loader = new Loader({
      fleet: this.#fleet,
      quarantine: this.#quarantine,
      logger: options.logger,
      run: (input, ask) => this.#dispatch.run(input, ask),
      now,
    });
    this.#hibernation = new Hibernation({
      fleet: this.#fleet,
      events: this.#events,
      idlePauseMs: options.idlePauseMs,
      idleStopMs: options.idleStopMs,
      now,
      release: (slot, key) => this.#releaseFrom(slot, key),
      retire: (slot) => this.#retire(slot),
      onFailure: (error) =>
        options.logger.error({ err: error }, "idle cells were not put to sleep"),
    });
    this.#hibernation.start();
  }

  /** Fills the stock for apps of this size; for the start of the server. */
  warm(memoryMb: number): Promise<void> {
    return this.#fleet.warm(memoryMb);
  }

  fetch(spec: IsolateSpec, request: CellRequest): Promise<CellResponse> {
    const isRepeatable = request.body === null && safeMethods.has(request.method);
    return this.#dispatch.admit({ spec, context: request, isRepeatable }, (slot, flight) =>
      slot.cell.invoke(spec.key, request, flight),
    );
  }

  upgrade(spec: IsolateSpec, request: CellRequest): Promise<CellUpgrade | CellResponse> {
    return this.#dispatch.admit({ spec, context: request, isRepeatable: true }, (slot, flight) =>
      slot.cell.upgrade(spec.key, request, flight),
    );
  }

  callEntry(
    spec: IsolateSpec,
    kind: EntryKind,
    input: JsonValue,
    context: HookContext,
  ): Promise<EntryResult> {
    return this.#dispatch.admit({ spec, context, isRepeatable: false }, (slot, flight) =>
      slot.cell.runEntry(spec.key, kind, input, context, flight),
    );
  }

  /** Past the queue: whether an app is healthy must be found out when it is busy, too. */
  callHook(
    spec: IsolateSpec,
    hook: string,
    payload: JsonValue,
    context: HookContext,
  ): Promise<HookResult> {
    return this.#dispatch.serve({ spec, context, isRepeatable: false }, (slot, flight) =>
      slot.cell.runHook(spec.key, hook, payload, context, flight),
    );
  }

  async load(spec: IsolateSpec): Promise<LoadReport> {
    const report = this.#fleet.findSlot(spec.key)?.reports.get(spec.key);
    return report ?? (await this.#loader.load(spec)).report;
  }

  async release(key: string): Promise<void> {
    // Whoever asked for it hears why it does not load; here it only must be over.
    await this.#loader.settled(key);
    await Promise.all(this.#fleet.slotsOf(key).map((slot) => this.#releaseFrom(slot, key)));
  }

  async #releaseFrom(slot: Slot, key: string): Promise<void> {
    this.#fleet.unassign(key, slot);
    const isAlone = slot.isolates.size === 1 && slot.loads === 0;
    if (isAlone) slot.isClosing = true;
    await slot.drained(key, drainMs);
    if (isAlone) {
      slot.isClosing = false;
      return this.#fleet.stop(slot, "released");
    }
    // Until it is unloaded it stays in the books, so that it is not loaded here again meanwhile.
    if (!slot.isClosing) await this.#unload(slot, key);
    slot.drop(key);
    if (slot.isClosing) return;
    if (slot.isolates.size === 0 && slot.loads === 0) await this.#fleet.stop(slot, "released");
    else slot.applyLimits();
  }

  async #unload(slot: Slot, key: string): Promise<void> {
    // Like a load it keeps the cell from being put to sleep.
    slot.loads += 1;
    try {
      await slot.wake();
      await slot.cell.unload(key);
    } catch (error) {
      // Of a cell that is gone, all is unloaded.
      if (!isBerthError(error) || error.code !== "CELL_LOST") throw error;
    } finally {
      slot.endLoad();
    }
  }

  async replaceEngine(binary?: string): Promise<void> {
    await this.#driver.replaceEngine(binary, this.#options);
    // What is being loaded may still be on its way into a cell of the engine before.
    await this.#loader.settled();
    const old = this.#fleet.slots;
    for (const slot of old) slot.isRetired = true;
    await this.#fleet.renewStock();
    await Promise.all(old.map((slot) => this.#retire(slot)));
  }

  async #retire(slot: Slot): Promise<void> {
    slot.isRetired = true;
    for (const key of slot.isolates.keys()) this.#fleet.unassign(key, slot);
    await slot.drained(undefined, retireMs);
    if (!slot.isClosing) await this.#fleet.stop(slot, "replaced");
  }

  quarantined(): readonly Quarantined[] {
    return this.#quarantine.list();
  }

  pardon(key: string): void {
    this.#quarantine.pardon(key);
  }

  pauseIdle(olderThanMs: number): number {
    return this.#hibernation.pauseIdle(olderThanMs);
  }

  stopIdle(olderThanMs: number): Promise<number> {
    return this.#hibernation.stopIdle(olderThanMs);
  }

  counts(): CellCounts {
    return this.#fleet.counts();
  }

  usage(key: string): IsolateUsage | undefined {
    return this.#fleet.usage(key);
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
    this.#hibernation.close();
    this.#autoscaler.close();
    this.#admission.close();
    this.#loader.close();
    await this.#fleet.close();
    await this.#loader.settled();
    await this.#fleet.close();
    this.#watchdog.close();
    await this.#driver.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
