/** The states of one app instance in a page (CAPABILITIES A1) and their transitions. */
import { BerthError } from "../errors.ts";

export const appStates = [
  "loaded",
  "starting",
  "running",
  "paused",
  "suspended",
  "stopped",
  "failed",
] as const;

export type AppState = (typeof appStates)[number];

/** `suspend` is done to an app by the watchdog; `pause` is asked for by the host. */
export type AppEvent = "start" | "started" | "pause" | "resume" | "suspend" | "stop" | "fail";

const table: Readonly<Record<AppState, Readonly<Partial<Record<AppEvent, AppState>>>>> =
  Object.freeze({
    loaded: { start: "starting", fail: "failed", stop: "stopped" },
    starting: { started: "running", fail: "failed", stop: "stopped" },
    running: { pause: "paused", suspend: "suspended", stop: "stopped", fail: "failed" },
    paused: { resume: "running", suspend: "suspended", stop: "stopped", fail: "failed" },
    suspended: { resume: "running", stop: "stopped", fail: "failed" },
    stopped: { start: "starting" },
    failed: { start: "starting", stop: "stopped" },
  });

/** @throws BerthError RUNTIME_STATE */
export function nextAppState(state: AppState, event: AppEvent): AppState {
  const next = table[state][event];
  if (next) return next;
  const possible = Object.keys(table[state]).join(", ");
  throw new BerthError(
    "RUNTIME_STATE",
    `The app is ${state}, so "${event}" is not possible; possible now: ${possible}.`,
    { details: { state, event } },
  );
}
