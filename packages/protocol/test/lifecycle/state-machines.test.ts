import { describe, expect, it } from "vitest";
import {
  appStates,
  type InstallationEvent,
  installationStates,
  isBerthError,
  nextAppState,
  nextInstallationState,
} from "../../src/index.ts";

const installationTable = `
installing    complete   installed
installing    fail       failed
installing    uninstall  uninstalling
installed     load       loading
installed     uninstall  uninstalling
installed     fail       failed
loading       activate   running
loading       fail       failed
loading       suspend    suspended
loading       uninstall  uninstalling
running       suspend    suspended
running       update     updating
running       uninstall  uninstalling
running       load       loading
running       fail       failed
suspended     resume     loading
suspended     uninstall  uninstalling
suspended     update     updating
updating      activate   running
updating      suspend    suspended
updating      fail       failed
updating      uninstall  uninstalling
uninstalling  fail       failed
failed        uninstall  uninstalling
failed        load       loading`;

const appTable = `
loaded     start    starting
loaded     fail     failed
loaded     stop     stopped
starting   started  running
starting   fail     failed
starting   stop     stopped
running    pause    paused
running    suspend  suspended
running    stop     stopped
running    fail     failed
paused     resume   running
paused     suspend  suspended
paused     stop     stopped
paused     fail     failed
suspended  resume   running
suspended  stop     stopped
suspended  fail     failed
stopped    start    starting
failed     start    starting
failed     stop     stopped`;

function walk<State extends string>(
  text: string,
  states: readonly State[],
  next: (state: State, event: never) => State,
  code: "INSTALLATION_STATE" | "RUNTIME_STATE",
) {
  const rows = text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const events = [...new Set(rows.map(([, event]) => event))];
  for (const state of states) {
    for (const event of events) {
      const expected = rows.find(([from, on]) => from === state && on === event)?.[2];
      try {
        expect(next(state, event as never), `${state} ${event}`).toBe(expected);
      } catch (error) {
        if (!isBerthError(error, code)) throw error;
        expect(expected, `${state} ${event} was refused`).toBeUndefined();
      }
    }
  }
}

describe("state machines", () => {
  it("move an installation as its table says and refuse everything else", () => {
    walk(installationTable, installationStates, nextInstallationState, "INSTALLATION_STATE");
  });
  it("move an app instance as its table says and refuse everything else", () => {
    walk(appTable, appStates, nextAppState, "RUNTIME_STATE");
  });
  it("say what is possible when they refuse", () => {
    expect(() =>
      nextInstallationState("suspended", "activate" satisfies InstallationEvent),
    ).toThrow(
      'The installation is suspended, so "activate" is not possible; possible now: resume, uninstall, update.',
    );
  });
});
