/** What a view throws, as an error for the page's listeners and as a report for its inspector. */
import { BerthError, toWire, type ViewErrorReport } from "@berth/protocol";

export function errorOf(report: ViewErrorReport, instance: string): BerthError {
  return new BerthError("VIEW_THREW", `The view ${instance} threw: ${report.message}`, {
    details: report.stack === undefined ? {} : { stack: report.stack },
  });
}

export function reportOf(error: BerthError): ViewErrorReport {
  const stack = error.details?.stack;
  return {
    message: toWire(error).message,
    isFatal: true,
    ...(typeof stack === "string" ? { stack } : {}),
  };
}

/** A view's error is whatever it threw. */
export function messageOf(error: unknown): string {
  const { message } = error as { message?: unknown };
  return typeof message === "string" ? message.slice(0, 2000) : "it threw";
}
