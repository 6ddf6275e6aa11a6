/**
 * The states of an installation and the transitions between them (CAPABILITIES D3),
 * as one table: what is not in it is refused.
 */
import { BerthError } from "../errors.ts";

export const installationStates = [
  "installing",
  "installed",
  "loading",
  "running",
  "suspended",
  "updating",
  "uninstalling",
  "failed",
] as const;

export type InstallationState = (typeof installationStates)[number];

/**
 * What happens to an installation.
 * - `complete`: the install run has deployed and configured it
 * - `load`: its function is being health-checked, at activation, on resume, or after a crash
 * - `activate`: it answers
 */
export type InstallationEvent =
  | "complete"
  | "load"
  | "activate"
  | "suspend"
  | "resume"
  | "update"
  | "uninstall"
  | "fail";

const table: Readonly<
  Record<InstallationState, Readonly<Partial<Record<InstallationEvent, InstallationState>>>>
> = Object.freeze({
  installing: { complete: "installed", fail: "failed", uninstall: "uninstalling" },
  installed: { load: "loading", uninstall: "uninstalling", fail: "failed" },
  loading: { activate: "running", fail: "failed", suspend: "suspended", uninstall: "uninstalling" },
  running: {
    suspend: "suspended",
    update: "updating",
    uninstall: "uninstalling",
    load: "loading",
    fail: "failed",
  },
  suspended: { resume: "loading", uninstall: "uninstalling", update: "updating" },
  updating: {
    activate: "running",
    suspend: "suspended",
    fail: "failed",
    uninstall: "uninstalling",
  },
  uninstalling: { fail: "failed" },
  failed: { uninstall: "uninstalling", load: "loading" },
});

/** @throws BerthError INSTALLATION_STATE */
export function nextInstallationState(
  state: InstallationState,
  event: InstallationEvent,
): InstallationState {
  const next = table[state][event];
  if (next) return next;
  const possible = Object.keys(table[state]).join(", ") || "nothing";
  throw new BerthError(
    "INSTALLATION_STATE",
    `The installation is ${state}, so "${event}" is not possible; possible now: ${possible}.`,
    { details: { state, event } },
  );
}

/** True when functions and views of an installation in this state are served. */
export function isServing(state: InstallationState): boolean {
  return state === "running" || state === "updating";
}
