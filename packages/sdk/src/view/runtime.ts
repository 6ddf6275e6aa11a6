/** Finds what the worker bootstrap left for the SDK. */
import type { ViewRuntime } from "@berth/protocol";

const key: typeof import("@berth/protocol").viewRuntimeKey = "berth.view";

/** @throws Error outside a view's worker */
export function getViewRuntime(): ViewRuntime {
  // Put there, frozen, by our own bootstrap before any of the app's code ran.
  const runtime = (globalThis as Record<symbol, unknown>)[Symbol.for(key)] as
    | ViewRuntime
    | undefined;
  if (runtime?.version === 1) return runtime;
  throw new Error(
    "@berth/sdk/view runs in a view's worker only; load this module as an app's entryPoint.",
  );
}
