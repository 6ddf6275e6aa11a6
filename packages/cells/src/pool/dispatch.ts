/**
 * How a request comes to a cell: past the queue, to a cell that runs its isolate, and once more when
 * that cell was lost.
 */

import { BerthError, isBerthError } from "@berth/protocol";
import type { GivenUpSignal } from "../calls.ts";
import { createLimitError } from "../limit-error.ts";
import { defaultCellLimits, type IsolateSpec } from "../spec.ts";
import type { Admission, Place } from "./admission.ts";
import type { Autoscaler } from "./autoscaler.ts";
import type { EventFeed } from "./event-feed.ts";
import { Flight } from "./flight.ts";
import type { LimitNotices } from "./limit-notices.ts";
import type { Slot } from "./slot.ts";
import type { Watchdog } from "./watchdog.ts";

const maxRequestsPerCell = 1_000;
const maxRepeats = 1;
/** Where cells are few, another request may take the cell that was just loaded for this one. */
const maxStolen = 3;

export interface AskedContext {
  readonly requestId: string;
  readonly signal?: GivenUpSignal;
}

export interface Asked {
  readonly spec: IsolateSpec;
  readonly context: AskedContext;
  /** Sent again when its cell is lost. */
  readonly isRepeatable: boolean;
}

export type Ask<Result> = (slot: Slot, flight: Flight) => Promise<Result>;

export interface DispatchOptions {
  readonly admission: Admission;
  readonly autoscaler: Autoscaler;
  readonly watchdog: Watchdog;
  readonly notices: LimitNotices;
  readonly events: EventFeed;
  /** At once when the isolate is loaded. */
  findSlot(key: string): Slot | undefined;
  loadSlot(spec: IsolateSpec): Promise<Slot>;
  now(): number;
}

export class Dispatch {
  readonly #options: DispatchOptions;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** Waits for its turn first. */
  async admit<Result>(asked: Asked, ask: Ask<Result>): Promise<Result> {
    const { admission, autoscaler } = this.#options;
    const { spec, context } = asked;
    const { maxConcurrentRequests, maxQueuedRequests } = spec.limits;
    const limits = {
      maxConcurrentRequests: maxConcurrentRequests ?? defaultCellLimits.maxConcurrentRequests,
      maxQueuedRequests: maxQueuedRequests ?? defaultCellLimits.maxQueuedRequests,
    };
    autoscaler.watch(spec);
    let place: Place;
    try {
      const entered = admission.enter(spec.key, limits, context.signal);
      // Nothing is awaited when there is room, as on every warm request.
      place = entered instanceof Promise ? await entered : entered;
    } catch (error) {
      const meeting = { cellId: null, isolateKey: spec.key, requestId: context.requestId };
      if (isBerthError(error)) this.#options.notices.tellRefusal(error, meeting);
      throw error;
    }
    try {
      return await this.serve(asked, ask);
    } finally {
      place.release();
    }
  }

  /** Asks once more when the cell was lost, unless the app may have begun what must not be repeated. */
  async serve<Result>(asked: Asked, ask: Ask<Result>): Promise<Result> {
    const { findSlot, loadSlot } = this.#options;
    const { spec, context, isRepeatable } = asked;
    let stolen = 0;
    for (let repeats = 0; ; ) {
      let isSent = false;
      try {
        const slot = findSlot(spec.key) ?? (await loadSlot(spec));
        if (slot.isClosing && stolen < maxStolen) {
          stolen += 1;
          continue;
        }
        return await this.run({ slot, spec, context }, (flight) => {
          isSent = true;
          return ask(slot, flight);
        });
      } catch (error) {
        const isLost = isBerthError(error) && error.code === "CELL_LOST";
        if (!isLost || repeats === maxRepeats || (isSent && !isRepeatable)) throw error;
        repeats += 1;
      }
    }
  }

  /** In this cell, under the limits of the spec. */
  async run<Result>(
    input: {
      readonly slot: Slot;
      readonly spec: IsolateSpec;
      readonly context: AskedContext;
    },
    ask: (flight: Flight) => Promise<Result>,
  ): Promise<Result> {
    const { slot, spec, context } = input;
    if (slot.isClosing) throw new BerthError("CELL_LOST", "The cell was stopped; try again.");
    if (slot.flights.size >= maxRequestsPerCell) {
      const message = `The app has ${slot.flights.size} requests running; no more are taken.`;
      const allowed = maxRequestsPerCell;
      const met = { limit: "requests per cell", enforcer: "gateway", allowed } as const;
      throw createLimitError("UNAVAILABLE", message, met);
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
      now: () => this.#options.now(),
      onEnd: (ended, error) => {
        signal?.removeEventListener("abort", giveUp);
        this.#endFlight(slot, ended, error);
      },
    });
    slot.startFlight(flight);
    this.#options.watchdog.watch(slot);
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener("abort", giveUp, { once: true });
    try {
      if (!slot.isAwake) await this.#wake(slot);
      return await ask(flight);
    } catch (error) {
      flight.onEnd(isBerthError(error) ? error : undefined);
      throw error;
    }
  }

  async #wake(slot: Slot): Promise<void> {
    if (slot.isPaused) {
      const isolateKeys = [...slot.isolates.keys()];
      this.#options.events.emit({ type: "cell-resumed", cellId: slot.cell.id, isolateKeys });
    }
    await slot.wake();
  }

  #endFlight(slot: Slot, flight: Flight, error: BerthError | undefined): void {
    slot.endFlight(flight, this.#options.now());
    if (error === undefined) return;
    const { isolateKey, requestId } = flight;
    this.#options.notices.tell(error, { cellId: slot.cell.id, isolateKey, requestId });
  }
}
