/** What a federated app throws, made into what the page is told. It may throw anything. */
import { BerthError, type ViewErrorReport } from "@berth/protocol";

/** What the app threw, as a view's own error; an error of ours as it is. */
export function failureOf(error: unknown, instance: string): BerthError {
  if (error instanceof BerthError) return error;
  const { message, stack } = reportOf(error);
  return new BerthError("VIEW_THREW", `The view ${instance} threw: ${message.slice(0, 2_000)}`, {
    cause: error,
    details: stack === undefined ? {} : { stack },
  });
}

/** Within the bounds of a report. */
export function reportOf(error: unknown): ViewErrorReport {
  const { message, stack } = Object(error) as { message?: unknown; stack?: unknown };
  return {
    message: (typeof message === "string" ? message : String(error)).slice(0, 4_000),
    ...(typeof stack === "string" ? { stack: stack.slice(0, 16_000) } : {}),
    isFatal: false,
  };
}
