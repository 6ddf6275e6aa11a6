/**
 * What follows when a cell ends or must be ended: who caused it, what its requests are told, what is
 * announced, and whether an isolate is held back for it.
 */

import { BerthError } from "@berth/protocol";
import type { CellExit } from "../driver.ts";
import { createLimitError } from "../limit-error.ts";
import type { CellLogger } from "../ports.ts";
import type { EventFeed } from "./event-feed.ts";
import type { Fleet } from "./fleet.ts";
import type { Flight } from "./flight.ts";
import type { LimitNotices } from "./limit-notices.ts";
import type { CellLossCause } from "./pool.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Slot } from "./slot.ts";

function lostToOthers(): BerthError {
  return new BerthError("CELL_LOST", "The cell was ended because of another app in it; try again.");
}

function causeOf({ cause }: CellExit): CellLossCause {
  if (cause === "memory" || cause === "heap") return "memory";
  return cause === "start" ? "start" : "crash";
}

/** The engine ends `waitUntil` 30 s after the answer. */
const workAfterAnswerMs = 35_000;

export interface LossesOptions {
  readonly fleet: Fleet;
  readonly quarantine: Quarantine;
  readonly events: EventFeed;
  readonly notices: LimitNotices;
  readonly logger: CellLogger;
  now(): number;
}

export interface Loss {
  readonly slot: Slot;
  readonly cause: CellLossCause;
  /** Null when it may have been any of several. */
  readonly culprit: string | null;
  /** For the culprit's requests. */
  readonly error: BerthError;
  readonly detail?: string;
}

export class Losses {
  readonly #options: LossesOptions;

  constructor(options: LossesOptions) {
    this.#options = options;
  }

  /** The cell lives on: a late request is no crime of its neighbours. */
  missDeadline(slot: Slot, flight: Flight): void {
    const { isolateKey, requestId, limits } = flight;
    const message = `The app did not answer within ${limits.wallMs} ms.`;
    const met = { limit: "deadline", enforcer: "watchdog", allowed: limits.wallMs } as const;
    const error = createLimitError("SANDBOX_DEADLINE_EXCEEDED", message, met);
    this.#options.notices.tell(error, { cellId: slot.cell.id, isolateKey, requestId });
    flight.fail(error);
  }

  /** Whose requests ran in it when it ended: the only suspect, or nobody in particular. */
  #findCulprit(slot: Slot): string | null {
    const keys = new Set([...slot.flights].map((flight) => flight.isolateKey));
    if (keys.size === 0) for (const key of slot.isolates.keys()) keys.add(key);
    return keys.size === 1 ? ([...keys][0] ?? null) : null;
  }

  /**
   * All that may have ended a cell which they shared: who was asked for last may be innocent, since
   * an app works on after its answers. One that rested cannot have done it.
   */
  #listSuspects(slot: Slot): Set<string> {
    const since = this.#options.now() - workAfterAnswerMs;
    const keys = new Set([...slot.flights].map((flight) => flight.isolateKey));
    for (const key of slot.isolates.keys()) {
      if ((slot.usedAt.get(key) ?? slot.startedAt) >= since) keys.add(key);
    }
    return keys;
  }

  /** A cell in use ended by itself, or by the kernel's hand. */
  onExit(slot: Slot, exit: CellExit): void {
    if (slot.isClosing) return;
    const culprit = exit.isolateKey ?? this.#findCulprit(slot);
    const error =
      exit.error ?? new BerthError("CELL_LOST", "The cell ended before the answer was complete.");
    const cause = causeOf(exit);
    this.lose({ slot, cause, culprit, error, detail: exit.detail });
  }

  lose(loss: Loss): void {
    const { fleet, quarantine, events, logger } = this.#options;
    const { slot, cause, culprit, error } = loss;
    if (slot.isClosing) return;
    const isolateKeys = [...slot.isolates.keys()];
    const suspects = this.#listSuspects(slot);
    const guilty = [...slot.flights].find((flight) => flight.isolateKey === culprit);
    const detail = loss.detail ?? error.message;
    const cellId = slot.cell.id;
    fleet.forget(slot);
    // In a cell of its own the next loss names the one; until then nobody is held back for another.
    const isProven = culprit !== null && suspects.size <= 1;
    const isNamed = cause !== "memory" || isProven;
    if (culprit !== null && isNamed) {
      const requestId = guilty?.requestId ?? null;
      this.#options.notices.tell(error, { cellId, isolateKey: culprit, requestId });
    }
    slot.failFlights((flight) => (flight.isolateKey === culprit ? error : lostToOthers()));
    logger.warn({ cellId, isolateKeys, cause, detail }, "cell lost");
    events.emit({ type: "cell-lost", cellId, isolateKeys, cause, detail });
    if (!isProven) quarantine.recordSuspects(suspects);
    const sentence = isProven ? quarantine.recordLoss(culprit, cause) : undefined;
    if (culprit !== null && sentence !== undefined) {
      events.emit({ type: "quarantined", isolateKey: culprit, ...sentence });
    }
    slot.cell.stop().catch((failure: unknown) => {
      logger.error({ err: failure, cellId }, "cell could not be stopped");
    });
  }
}
