/** Collects what the app throws and nobody catches, bounded, for the host to show. */
import type { ViewErrorReport } from "@berth/protocol";

const maxReportsPerSecond = 10;

export interface ErrorWatch {
  /** From now on errors go here; those seen before are handed over at once. */
  forward(report: (error: ViewErrorReport) => void): void;
}

export function watchErrors(): ErrorWatch {
  const early: ViewErrorReport[] = [];
  let forward: ((error: ViewErrorReport) => void) | undefined;
  let windowStart = 0;
  let inWindow = 0;
  const note = (reason: unknown, fallback: string): void => {
    const now = Date.now();
    if (now - windowStart > 1000) {
      windowStart = now;
      inWindow = 0;
    }
    inWindow += 1;
    if (inWindow > maxReportsPerSecond) return;
    const report = describeError(reason, fallback);
    if (forward) forward(report);
    else early.push(report);
  };
  addEventListener("error", (event) => {
    event.preventDefault();
    note(event.error, event.message);
  });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    note(event.reason, "A promise was rejected and nobody caught it.");
  });
  return {
    forward(report) {
      forward = report;
      for (const error of early.splice(0)) report(error);
    },
  };
}

export function describeError(reason: unknown, fallback: string): ViewErrorReport {
  const isError = reason instanceof Error;
  const message = isError ? `${reason.name}: ${reason.message}` : text(reason) || fallback;
  const stack = isError && typeof reason.stack === "string" ? reason.stack : undefined;
  return {
    message: message.slice(0, 4000),
    ...(stack === undefined ? {} : { stack: stack.slice(0, 16_000) }),
    isFatal: false,
  };
}

function text(reason: unknown): string {
  try {
    return reason === undefined || reason === null ? "" : String(reason);
  } catch {
    // A thrown object may refuse to become text; the fallback then says what happened.
    return "";
  }
}
