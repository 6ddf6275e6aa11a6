/**
 * Announces that an app met a limit: as an event, and in the app's log, in the words of the error.
 *
 * Invariant: one error is announced once, however many requests it ends.
 */

import { type BerthError, errorTable } from "@berth/protocol";
import type { CellSink } from "../calls.ts";
import { findMetLimit, formatLimitLine } from "../limit-error.ts";
import type { EventFeed } from "./event-feed.ts";

/** Refusals cost an app nothing, so it is told of each kind only so often. */
const refusalEveryMs = 1_000;
const maxRefusalsKept = 1_000;

export interface LimitMeeting {
  /** Null when no cell was asked. */
  readonly cellId: string | null;
  readonly isolateKey: string;
  readonly requestId: string | null;
}

export interface LimitNoticesOptions {
  readonly events: EventFeed;
  readonly onLog: CellSink["onLog"];
  now(): number;
}

export class LimitNotices {
  readonly #options: LimitNoticesOptions;
  readonly #told = new WeakSet<BerthError>();
  readonly #refusals = new Map<string, number>();

  constructor(options: LimitNoticesOptions) {
    this.#options = options;
  }

  /** Nothing happens for an error that no limit caused. */
  tell(error: BerthError, meeting: LimitMeeting): void {
    if (!this.#announce(error, meeting)) return;
    const { fault } = errorTable[error.code];
    this.#options.onLog({
      ...meeting,
      cellId: meeting.cellId ?? "",
      level: fault === "app" ? "error" : "warn",
      message: formatLimitLine(error),
      isOwn: true,
      at: this.#options.now(),
    });
  }

  /** Of what was refused before it began: once a second for each isolate. */
  tellRefusal(error: BerthError, meeting: LimitMeeting): void {
    const now = this.#options.now();
    const key = `${meeting.isolateKey} ${findMetLimit(error)?.limit}`;
    if (now - (this.#refusals.get(key) ?? Number.NEGATIVE_INFINITY) < refusalEveryMs) return;
    if (this.#refusals.size >= maxRefusalsKept) this.#refusals.clear();
    this.#refusals.set(key, now);
    this.tell(error, meeting);
  }

  /** The cell's own end of the socket has logged it. */
  tellLogged(error: BerthError, meeting: LimitMeeting): void {
    this.#announce(error, meeting);
  }

  #announce(error: BerthError, meeting: LimitMeeting): boolean {
    const met = findMetLimit(error);
    if (met === undefined || this.#told.has(error)) return false;
    this.#told.add(error);
    const { code } = error;
    this.#options.events.emit({ type: "limit-exceeded", ...meeting, code, ...met });
    return true;
  }
}
