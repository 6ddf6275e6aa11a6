/**
 * Brings an isolate's code into a cell. Whoever asks for an isolate that is being loaded waits for
 * the same load.
 */

import { BerthError } from "@berth/protocol";
import type { LoadReport } from "../calls.ts";
import type { CellLogger } from "../ports.ts";
import { checkSpec, type IsolateSpec } from "../spec.ts";
import type { Dispatch } from "./dispatch.ts";
import type { Fleet, Placed } from "./fleet.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Slot } from "./slot.ts";

/** Loading is bounded like a request, but a small wall time must not make a cold start impossible. */
const leastLoadWallMs = 15_000;
const leastLoadCpuMs = 2_000;

export interface Loaded {
  readonly slot: Slot;
  readonly report: LoadReport;
}

export interface LoaderOptions {
  readonly fleet: Fleet;
  readonly quarantine: Quarantine;
  readonly logger: CellLogger;
  readonly run: Dispatch["run"];
  now(): number;
}

export class Loader {
  readonly #options: LoaderOptions;
  readonly #loading = new Map<string, Promise<Loaded>>();
  readonly #growing = new Map<string, Promise<void>>();
  #isClosed = false;

  constructor(options: LoaderOptions) {
    this.#options = options;
  }

  load(spec: IsolateSpec): Promise<Loaded> {
    const loading = this.#loading.get(spec.key);
    if (loading !== undefined) return loading;
    const promise = this.#open(spec, () => this.#place(spec)).finally(() =>
      this.#loading.delete(spec.key),
    );
    this.#loading.set(spec.key, promise);
    return promise;
  }

  /** One more cell for an isolate that runs. Never rejects: else it goes on with those it has. */
  grow(spec: IsolateSpec): Promise<void> {
    const { fleet, logger } = this.#options;
    const promise = this.#open(spec, () => fleet.placeAlone(spec))
      .then(
        () => undefined,
        (error: unknown) =>
          logger.warn({ err: error, isolateKey: spec.key }, "no further cell for a busy app"),
      )
      .finally(() => this.#growing.delete(spec.key));
    this.#growing.set(spec.key, promise);
    return promise;
  }

  /** Resolves, never rejects, when the isolate is not being loaded (or none is). */
  async settled(key?: string): Promise<void> {
    const all = [this.#loading, this.#growing];
    await Promise.allSettled(
      all.flatMap((map) => (key === undefined ? [...map.values()] : [map.get(key)])),
    );
  }

  close(): void {
    this.#isClosed = true;
  }

  #place(spec: IsolateSpec): Promise<Placed> {
    const { fleet, quarantine } = this.#options;
    return quarantine.isSuspect(spec.key) ? fleet.placeAlone(spec) : fleet.place(spec);
  }

  async #open(spec: IsolateSpec, place: () => Promise<Placed>): Promise<Loaded> {
    const { fleet, quarantine, run, now } = this.#options;
    if (this.#isClosed) throw new BerthError("UNAVAILABLE", "The cell pool is closed.");
    checkSpec(spec);
    quarantine.check(spec.key);
    const { slot, taken } = await place();
    const startedAt = performance.now();
    try {
      slot.applyLimits(spec.limits);
      const limits = {
        ...spec.limits,
        wallMs: Math.max(spec.limits.wallMs, leastLoadWallMs),
        cpuMs: Math.max(spec.limits.cpuMs, leastLoadCpuMs),
      };
      const bounded = { ...spec, limits };
      const description = await run(
        { slot, spec: bounded, context: { requestId: `load ${spec.key}` } },
        (flight) => slot.cell.load(spec, flight),
      );
      const { cellStartMs, isFromStock } = taken;
      const loadMs = performance.now() - startedAt;
      const report = { cellId: slot.cell.id, isFromStock, cellStartMs, loadMs, ...description };
      slot.add(spec, report);
      if (!slot.isClosing) fleet.assign(spec.key, slot);
      return { slot, report };
    } catch (error) {
      slot.spent += 1;
      if (slot.isolates.size === 0 && slot.loads === 1) await fleet.stop(slot, "invalid");
      else {
        // What it left in a cell that it shares is the engine's to keep, so it does that once.
        quarantine.recordSuspects([spec.key]);
        if (!slot.isClosing) slot.applyLimits();
      }
      throw error;
    } finally {
      slot.lastUsedAt = now();
      slot.usedAt.set(spec.key, slot.lastUsedAt);
      slot.endLoad();
    }
  }
}
