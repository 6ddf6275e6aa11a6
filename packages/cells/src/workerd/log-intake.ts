/**
 * Bounds what a cell logs: lines a second, length of a line, and which fields there are.
 *
 * Trust: lines come from the app itself; a line's request id is only a claim of that app.
 */

import type { CellSink } from "../calls.ts";
import type { CellClock } from "../ports.ts";

const levels = ["debug", "info", "warn", "error"] as const;
const maxMessageLength = 4_000;
const maxRequestIdLength = 128;
const maxLinesPerSecond = 500;

export interface LogIntake {
  take(isolateKey: string, lines: unknown): void;
}

export interface LogIntakeOptions {
  readonly cellId: string;
  readonly sink: Pick<CellSink, "onLog">;
  readonly clock: CellClock;
}

export function createLogIntake({ cellId, sink, clock }: LogIntakeOptions): LogIntake {
  let windowStart = clock.now();
  let taken = 0;
  let dropped = 0;

  function emit(isolateKey: string, line: unknown, at: number): void {
    if (typeof line !== "object" || line === null) return;
    const { level, message, requestId } = line as Record<string, unknown>;
    sink.onLog({
      cellId,
      isolateKey,
      requestId: typeof requestId === "string" ? requestId.slice(0, maxRequestIdLength) : null,
      level: levels.find((known) => known === level) ?? "info",
      message: typeof message === "string" ? message.slice(0, maxMessageLength) : "",
      at,
    });
  }

  return {
    take(isolateKey, lines) {
      if (!Array.isArray(lines)) return;
      const at = clock.now();
      if (at - windowStart >= 1_000) {
        if (dropped > 0) {
          const message = `${dropped} log lines were dropped: more than ${maxLinesPerSecond} in a second`;
          emit(isolateKey, { level: "warn", message }, at);
        }
        windowStart = at;
        taken = 0;
        dropped = 0;
      }
      const room = Math.max(0, maxLinesPerSecond - taken);
      const kept = lines.slice(0, room);
      taken += kept.length;
      dropped += lines.length - kept.length;
      for (const line of kept) emit(isolateKey, line, at);
    },
  };
}
