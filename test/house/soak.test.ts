/** The soak's own checks fail when they should: each is shown what it must not let pass. */
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../scripts/soak/call-app.ts";
import type { Holdings } from "../../scripts/soak/holdings.ts";
import type { Installed } from "../../scripts/soak/install.ts";
import type { Kill } from "../../scripts/soak/kills.ts";
import { findFault } from "../../scripts/soak/kinds.ts";
import { createLedger } from "../../scripts/soak/ledger.ts";
import { parseOptions } from "../../scripts/soak/options.ts";
import { type Findings, judge } from "../../scripts/soak/verdict.ts";

const kind = { name: "echo", isHostile: false, source: "" };
const installed: Installed = { id: "ione", organization: "calm-0", kind };
const lost: Outcome = {
  type: "refused",
  code: "CELL_LOST",
  message: "gone",
  isRetryable: true,
  retryAfterMs: 0,
};

function countFailed(outcome: Outcome, kills: readonly Kill[]): number {
  const ledger = createLedger(kills);
  ledger.addCalm({ installed, body: "b", startedAt: 5_000, endedAt: 5_100 }, outcome);
  return ledger.calm.failed;
}

describe("a request of a well-behaved app", () => {
  const killAt = (at: number, installation: string | undefined = "ione") => [
    { at, installation, inFlight: 1 },
  ];

  it("may fail with a retryable error while a cell of its app is killed, and at no other time", () => {
    expect(countFailed(lost, killAt(5_050))).toBe(0);
    expect(countFailed(lost, killAt(4_000))).toBe(0);
    expect(countFailed(lost, killAt(2_900))).toBe(1);
    expect(countFailed(lost, killAt(5_101))).toBe(1);
    expect(countFailed(lost, killAt(5_050, "another"))).toBe(1);
    expect(countFailed(lost, [])).toBe(1);
  });

  it("may not fail with another error, or answer wrongly, even then", () => {
    expect(countFailed({ ...lost, isRetryable: false }, killAt(5_050))).toBe(1);
    const text = JSON.stringify({ installation: "another", body: "b" });
    expect(countFailed({ type: "answered", status: 200, text }, killAt(5_050))).toBe(1);
  });

  it("is answered whole, by its own installation, with its own state", () => {
    const asked = { installation: "ione", body: "b" };
    const fault = (fields: object) => findFault(JSON.stringify(fields), asked);
    expect(fault({ installation: "ione", body: "b" })).toBeUndefined();
    expect(fault({ installation: "itwo", body: "b" })).toMatch(/another installation/);
    expect(fault({ installation: "ione", owner: "itwo", body: "b" })).toMatch(/state/);
    expect(fault({ installation: "ione", body: "c" })).toMatch(/another request/);
    expect(findFault('{"installation":"ione","bo', asked)).toMatch(/not whole/);
  });
});

describe("the verdict", () => {
  const empty: Holdings = {
    processes: 0,
    engines: 0,
    descriptors: new Map([["socket", 20]]),
    socketPaths: 0,
    groups: [],
    folders: [],
  };
  const one = { ...empty, processes: 3, engines: 1, socketPaths: 1, groups: ["a"] };
  const flat = Array.from({ length: 40 }, () => ({ heldMb: 60, residentMb: 600 }));

  function failures(changes: Partial<Findings>): string[] {
    const ledger = createLedger([]);
    ledger.calm.answered = 1;
    const findings = {
      ...{ ledger, sent: 10, leftOut: 10, samples: flat, before: empty, after: empty },
      ...{ opened: { ...one, folders: ["a", "h64"] }, openedCells: 1 },
      ...{ quiet: { ...one, groups: ["b"], folders: ["b", "h64"] }, quietCells: ["b"] },
      ...changes,
    };
    return judge(findings)
      .filter((check) => !check.ok)
      .map((check) => check.name);
  }

  it("is good when all was given back and nothing grew", () => {
    expect(failures({})).toEqual([]);
  });

  it.each([
    ["a process", { processes: 1 }],
    ["a socket", { socketPaths: 1 }],
    ["a control group", { groups: ["a"] }],
    ["a folder", { folders: ["a"] }],
    ["a descriptor", { descriptors: new Map([["socket", 60]]) }],
  ])("sees %s that is left after the end, and while it runs", (_what, left) => {
    expect(failures({ after: { ...empty, ...left } })).toHaveLength(1);
    const quiet = { ...one, groups: ["b"], folders: ["b", "h64"], engines: 2, ...left };
    expect(failures({ quiet }).length).toBeGreaterThan(0);
  });

  it("sees memory that grows in the last half, and a pace that was not kept", () => {
    const grown = flat.map((sample, index) => ({ ...sample, heldMb: 60 + index }));
    expect(failures({ samples: grown })).toEqual(["held memory is flat"]);
    expect(failures({ leftOut: 11 })).toEqual(["half the pace was kept at least"]);
  });
});

it("refuses options that are not as its help says", () => {
  expect(() => parseOptions(["--minutes", "soon"])).toThrow(/--minutes is "soon"/);
  expect(() => parseOptions(["--minuets", "5"])).toThrow(/minuets/);
  expect(parseOptions(["--minutes", "1", "--seed", "4", "--json"])).toMatchObject({
    ...{ minutes: 1, seed: 4, isJson: true, installations: 200 },
  });
});
