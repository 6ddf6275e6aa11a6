/**
 * Every limit of a cell, tried just below, at and above, on each kind of limiter that this host has.
 *
 * A kind that the host lacks is printed as not run; it counts as nothing.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeCgroup, findCgroupRoot, findCpuBurst } from "../src/cgroup/find-cgroup.ts";
import { createPolledRoot } from "../src/cgroup/polled.ts";
import type { IsolateSpec } from "../src/index.ts";
import { probeProcessLimit } from "../src/posture/run-probe.ts";
import {
  answerBytes,
  freshSpec,
  type Level,
  limitTrials,
  measureLoops,
  outcomeOf,
  type TrialRig,
} from "./limit-trials.ts";
import {
  createTestClock,
  expectLater,
  getText,
  openRig,
  type Rig,
  requestOf,
  specOf,
} from "./rig.ts";

const { version } = describeCgroup();
const hasBursts = findCpuBurst(process.pid) !== undefined;
const modes = [
  { mode: "cgroup v1", cgroup: "auto", isHere: version === "v1" },
  { mode: "cgroup v2", cgroup: "auto", isHere: version === "v2" },
  { mode: "degraded", cgroup: "off", isHere: process.platform === "linux" },
] as const;

/** That error, event and the app's log call the limit the same, and say the same of it. */
async function expectOneWord(rig: Rig, limit: string): Promise<void> {
  const eventOf = () =>
    rig.events.find((each) => each.type === "limit-exceeded" && each.limit === limit);
  await rig.until(() => eventOf() !== undefined);
  const event = eventOf();
  if (event?.type !== "limit-exceeded") throw new Error(`No event for ${limit}.`);
  const { allowed, code, enforcer, isolateKey } = event;
  expect(allowed).toBeGreaterThan(0);
  const line = `[limit: ${limit}, allowed: ${allowed}, by: ${enforcer}]`;
  const isLogged = (entry: Rig["logs"][number]) =>
    entry.isolateKey === isolateKey && entry.message.endsWith(line);
  await rig.until(() => rig.logs.some(isLogged));
  expect(rig.logs.find(isLogged)?.message).toMatch(new RegExp(`^${code}: `));
  const failure = rig.failures.find((each) => each.isolateKey === isolateKey)?.error;
  // What an app meets in a call of its own ends no request.
  if (failure !== undefined) {
    expect(failure).toMatchObject({ code, details: { limit, enforcer, allowed } });
  }
}

for (const { mode } of modes.filter(({ isHere }) => !isHere)) {
  process.stdout.write(`limits, ${mode}: NOT RUN, this host does not offer it.\n`);
}

/** The same app, asked by somebody who waits longer. */
const patient = (spec: IsolateSpec): IsolateSpec => ({
  ...spec,
  limits: { ...spec.limits, wallMs: 60_000 },
});

describe.each(modes.filter(({ isHere }) => isHere))("limits, $mode", ({ cgroup }) => {
  let rig: TrialRig;
  let loopsPerMs: number;
  beforeAll(async () => {
    const clock = createTestClock();
    rig = { ...(await openRig({ cgroup, onEgress: answerBytes, clock })), clock };
    loopsPerMs = await measureLoops(rig);
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  it.each(limitTrials)("$limit: works below and at, above it is $above", async (trial) => {
    const run = (level: Level) => trial.run(rig, level, loopsPerMs);
    if (trial.isTimeStopped) {
      using _stopped = rig.clock.stop();
      // One after another, as they have one time.
      const [below, at, above] = [await run("below"), await run("at"), await run("above")];
      expect({ below, at, above }).toEqual({ below: "ok", at: "ok", above: trial.above });
      return;
    }
    const [below, at, above] = await Promise.all([run("below"), run("at"), run("above")]);
    const outcomes = { below, at, above };
    expect(outcomes).toEqual({ below: "ok", at: "ok", above: trial.above });
    if (trial.met !== undefined) await expectOneWord(rig, trial.met);
  });

  it("processes: as many as may be, and no more", async () => {
    const isPolled = cgroup === "off";
    const root = isPolled ? createPolledRoot() : findCgroupRoot(`berth-test-${process.pid}`);
    const fork = { x64: 56, arm64: 220, args: [17], child: "wait" } as const;
    // Beside the program itself.
    for (const [more, isHeld] of [
      [2, false],
      [3, false],
      [5, true],
    ] as const) {
      const calls = Array.from({ length: more }, () => fork);
      // What is held back ends when the limiter has looked, which a busy machine puts off.
      const settledMs = !isPolled ? 0 : isHeld ? 4_000 : 300;
      const outcome = await probeProcessLimit(rig.folder, root, { pids: 4, calls, settledMs });
      const refused = outcome?.results.filter((result) => result < 0).length;
      if (isPolled) expect(outcome?.signal).toBe(isHeld ? "SIGKILL" : null);
      else expect(refused).toBe(isHeld ? more - 3 : 0);
    }
    await root.close();
  });

  it.runIf(cgroup === "auto" && hasBursts)(
    "cpu burst: what is asked, up to what the share gives in a period",
    async () => {
      for (const [cpuBurstMs, given] of [
        [39, 39],
        [40, 40],
        [41, 40],
      ] as const) {
        const { cellId } = await rig.pool.load(freshSpec({ cpuPercent: 40, cpuBurstMs }));
        const pid = rig.pool.list().find((cell) => cell.id === cellId)?.pid ?? 0;
        expect(findCpuBurst(pid)?.allowedMs).toBe(given);
      }
    },
  );

  it("ends a loop with its cell, fails every request of that app, and serves the next", async () => {
    const spec = freshSpec({ cpuMs: 200 });
    await outcomeOf(rig, spec, "/quick");
    const outcomes = [outcomeOf(rig, spec, "/spin"), outcomeOf(rig, spec, "/spin")];
    expect(await Promise.all(outcomes)).toEqual(["SANDBOX_CPU_EXCEEDED", "SANDBOX_CPU_EXCEEDED"]);
    const event = rig.events.find((each) => "isolateKey" in each && each.isolateKey === spec.key);
    expect(event).toMatchObject({ type: "limit-exceeded", limit: "cpu time" });
    expect(await outcomeOf(rig, spec, "/quick")).toBe("quick");
  });

  it("tells a throttled cell from a hung one", async () => {
    const spec = freshSpec({ cpuPercent: 5, cpuBurstMs: 0, cpuMs: 60_000, wallMs: 300 });
    const { cellId } = await rig.pool.load(spec);
    const loops = Math.round(loopsPerMs * 60);
    expect(await outcomeOf(rig, spec, `/burn?n=${loops}`)).toBe("SANDBOX_DEADLINE_EXCEEDED");
    expect(await outcomeOf(rig, patient(spec), "/")).toBe("quick");
    expect(rig.pool.list().find((cell) => cell.isolateKeys.includes(spec.key))?.id).toBe(cellId);
  });
});

describe("limits and neighbours", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await openRig();
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  it("fails a neighbour in a shared cell with a retryable error, not with the other's fault", async () => {
    const placement = "shared";
    const guilty = { ...freshSpec({ cpuMs: 200 }), placement };
    const innocent = specOf(
      `export default { async fetch() { console.log("waiting"); await new Promise((r) => setTimeout(r, 60_000)); } }`,
      { key: "innocent", placement },
    );
    await rig.pool.load(guilty);
    // Not one that would be tried again elsewhere.
    const waiting = getText(rig.pool, innocent, requestOf("/", { method: "POST" }));
    expectLater(waiting);
    await rig.log("waiting");
    expect(await outcomeOf(rig, guilty, "/spin")).toBe("SANDBOX_CPU_EXCEEDED");
    await expect(waiting).rejects.toMatchObject({ code: "CELL_LOST" });
  });

  it("answers for an app that waits too long, and keeps its cell, which still turns", async () => {
    const spec = freshSpec({ wallMs: 250 });
    const { cellId } = await rig.pool.load(spec);
    expect(await outcomeOf(rig, spec, "/sleep?n=60000")).toBe("SANDBOX_DEADLINE_EXCEEDED");
    expect(await getText(rig.pool, patient(spec), requestOf("/quick"))).toBe("quick");
    expect(rig.pool.list().find((cell) => cell.isolateKeys.includes(spec.key))?.id).toBe(cellId);
  });

  it("ends a cell that hangs past its deadline although its processor time is not used up", async () => {
    const spec = freshSpec({ wallMs: 200, cpuMs: 60_000 });
    await rig.pool.load(spec);
    expect(await outcomeOf(rig, spec, "/spin")).toBe("SANDBOX_DEADLINE_EXCEEDED");
    await rig.until(() =>
      rig.events.some((event) => event.type === "cell-lost" && event.cause === "deadline"),
    );
    expect(await getText(rig.pool, patient(spec), requestOf("/quick"))).toBe("quick");
  });

  it("serves 2,000 requests to a small app without running into its memory limit", async () => {
    const spec = freshSpec({ memoryMb: 16, cpuPercent: 200 });
    const lost = () => rig.events.filter((event) => event.type === "cell-lost").length;
    const lostBefore = lost();
    const worker = async () => {
      for (let count = 0; count < 250; count += 1) await getText(rig.pool, spec);
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(lost()).toBe(lostBefore);
  }, 60_000);
});
