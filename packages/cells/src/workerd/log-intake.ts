/**
 * Bounds what an isolate logs: lines a second, length of a line, and which fields there are.
 *
 * Trust: lines come from the app itself; a line's request id is only a claim of that app.
 * An isolate that runs in several cells has one rate for all of them.
 */

import type { BerthError } from "@berth/protocol";
import type { CellSink } from "../calls.ts";
import { createLimitError, findMetLimit, formatLimitLine } from "../limit-error.ts";
import type { CellClock } from "../ports.ts";
import type { IsolateLedger } from "./isolate-ledger.ts";
import type { LogWindow } from "./isolate-rates.ts";

const levels = ["debug", "info", "warn", "error"] as const;
const maxRequestIdLength = 128;
const windowMs = 1_000;

export interface LogIntake {
  take(isolateKey: string, lines: unknown): void;
  /** Says in the app's own log that it met a limit: once a second for each limit. */
  note(isolateKey: string, error: BerthError): void;
}

export interface LogIntakeOptions {
  readonly cellId: string;
  readonly sink: Pick<CellSink, "onLog" | "onLimit">;
  readonly isolates: Pick<IsolateLedger, "limitsOf" | "logsOf">;
  readonly clock: CellClock;
}

export function createLogIntake(options: LogIntakeOptions): LogIntake {
  const { cellId, sink, isolates, clock } = options;
  function warn(isolateKey: string, message: string, at: number): void {
    sink.onLog({ cellId, isolateKey, requestId: null, level: "warn", message, at, isOwn: true });
  }

  /** @returns undefined when the cell does not run the isolate any longer */
  function windowOf(isolateKey: string, at: number): LogWindow | undefined {
    const window = isolates.logsOf(isolateKey);
    if (window === undefined || at - window.startedAt < windowMs) return window;
    if (window.dropped > 0) warn(isolateKey, `${window.dropped} log lines were dropped.`, at);
    window.startedAt = at;
    window.taken = 0;
    window.dropped = 0;
    window.noted.clear();
    return window;
  }

  function cut(message: string, maxLength: number): string {
    if (message.length <= maxLength) return message;
    const mark = ` … [cut: ${message.length} of at most ${maxLength} characters]`;
    return `${message.slice(0, Math.max(0, maxLength - mark.length))}${mark}`.slice(0, maxLength);
  }

  function emit(isolateKey: string, line: unknown, at: number): void {
    if (typeof line !== "object" || line === null) return;
    const { level, message, requestId } = line as Record<string, unknown>;
    const { maxLogLineLength } = isolates.limitsOf(isolateKey);
    sink.onLog({
      cellId,
      isolateKey,
      requestId: typeof requestId === "string" ? requestId.slice(0, maxRequestIdLength) : null,
      level: levels.find((known) => known === level) ?? "info",
      message: typeof message === "string" ? cut(message, maxLogLineLength) : "",
      at,
    });
  }

  return {
    take(isolateKey, lines) {
      if (!Array.isArray(lines)) return;
      const at = clock.now();
      const window = windowOf(isolateKey, at);
      if (window === undefined) return;
      const allowed = isolates.limitsOf(isolateKey).logLinesPerSecond;
      const kept = lines.slice(0, Math.max(0, allowed - window.taken));
      window.taken += kept.length;
      for (const line of kept) emit(isolateKey, line, at);
      const over = lines.length - kept.length;
      if (over > 0 && window.dropped === 0) {
        const message = `The app logs more than ${allowed} lines a second; further lines of this second are dropped.`;
        const met = { limit: "log rate", enforcer: "gateway", allowed } as const;
        this.note(isolateKey, createLimitError("SANDBOX_LOGS_EXCEEDED", message, met));
      }
      window.dropped += over;
    },
    note(isolateKey, error) {
      const at = clock.now();
      const noted = windowOf(isolateKey, at)?.noted;
      const kind = findMetLimit(error)?.limit ?? error.code;
      if (noted === undefined || noted.has(kind)) return;
      noted.add(kind);
      warn(isolateKey, formatLimitLine(error), at);
      sink.onLimit?.({ cellId, isolateKey, error });
    },
  };
}
