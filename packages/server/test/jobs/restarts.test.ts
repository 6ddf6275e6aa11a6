import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { StepMoment } from "../../src/jobs/run.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { type Bench, markingRun, markingStep, openBench, stepNames } from "./test-runs.ts";

const phases = ["begun", "committing", "committed"] as const;

/** An observer that stops the run at one moment, as a killed process does, until it is thawed. */
function freezeAt(wanted: Pick<StepMoment, "step" | "phase" | "direction">) {
  const reached = Promise.withResolvers<void>();
  const thawed = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    thaw: () => thawed.resolve(),
    async onStep({ step, phase, direction }: StepMoment) {
      if (step !== wanted.step || phase !== wanted.phase || direction !== wanted.direction) return;
      reached.resolve();
      await thawed.promise;
    },
  };
}

describe.each(databasesUnderTest())("restarts on %s", (kind) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench(kind);
  });
  afterEach(() => bench.reset());
  afterAll(() => bench[Symbol.asyncDispose]());

  const places = stepNames.flatMap((step) => phases.map((phase) => ({ step, phase })));

  it.each(places)("goes on after a stop at $step, $phase", async ({ step, phase }) => {
    const definition = markingRun(stepNames.map((name) => markingStep(name)));
    const frozen = freezeAt({ step, phase, direction: "do" });
    const before = bench.open(definition, { observers: frozen });
    const id = await bench.create(before);
    before.launch(id);
    await frozen.reached;

    const after = bench.open(definition);
    await after.resumeAll();
    const run = await after.ended(id);
    expect(run.state).toBe("done");
    // The one that was thought dead wakes up, and may not write any more.
    frozen.thaw();
    await before.close();
    // Each step's row once: a step that committed is not done again.
    expect(await bench.marks()).toEqual(["end:done", "one", "three", "two"]);
    const interrupted = run.steps.find((each) => each.name === step);
    expect(interrupted?.attempt).toBe(phase === "committed" ? 1 : 2);
  });

  it.each(places)("goes on undoing after a stop at $step, $phase", async ({ step, phase }) => {
    const definition = markingRun([
      ...stepNames.map((name) => markingStep(name)),
      markingStep("four", () => Promise.reject(new Error("fails"))),
    ]);
    const frozen = freezeAt({ step, phase, direction: "undo" });
    const before = bench.open(definition, { observers: frozen });
    const id = await bench.create(before);
    before.launch(id);
    await frozen.reached;

    const after = bench.open(definition);
    await after.resumeAll();
    const run = await after.ended(id);
    expect([run.state, run.error?.code]).toEqual(["undone", "INSTALL_FAILED"]);
    frozen.thaw();
    await before.close();
    expect(await bench.marks()).toEqual(["end:undone"]);
  });

  it("gives a step up that was begun five times and never ended", async () => {
    const definition = markingRun([markingStep("one"), markingStep("two")]);
    const first = bench.open(definition);
    const id = await bench.create(first);
    const frozenOnes: { thaw(): void }[] = [];
    for (let start = 0; start < 5; start += 1) {
      const frozen = freezeAt({ step: "two", phase: "begun", direction: "do" });
      const jobs = bench.open(definition, { observers: frozen });
      await jobs.resumeAll();
      await frozen.reached;
      frozenOnes.push(frozen);
    }
    const last = bench.open(definition);
    await last.resumeAll();
    const run = await last.ended(id);
    for (const frozen of frozenOnes) frozen.thaw();
    expect(run.state).toBe("undone");
    expect(await bench.marks()).toEqual(["end:undone"]);
  });

  it("leaves a closed server's run as it is, for the next start", async () => {
    const isWaiting = Promise.withResolvers<void>();
    const definition = markingRun([
      markingStep("one"),
      markingStep("two", ({ signal, attempt }) => {
        if (attempt > 1) return Promise.resolve({ detail: "Did two." });
        const aborted = Promise.withResolvers<never>();
        signal.addEventListener("abort", () => aborted.reject(signal.reason));
        isWaiting.resolve();
        return aborted.promise;
      }),
    ]);
    const before = bench.open(definition);
    const id = await bench.create(before);
    before.launch(id);
    await isWaiting.promise;
    await before.close();
    expect((await before.find(id))?.state).toBe("running");

    const after = bench.open(definition, { nodeId: "another-node" });
    expect(await after.resumeAll()).toEqual([id]);
    expect((await after.ended(id)).state).toBe("done");
  });

  it("takes over another node's run only when its lease ran out, and fences that node off", async () => {
    const gate = Promise.withResolvers<void>();
    const isWaiting = Promise.withResolvers<void>();
    const slow = markingRun([
      markingStep("one", async () => {
        isWaiting.resolve();
        await gate.promise;
        return { detail: "The slow node did one." };
      }),
    ]);
    const quick = markingRun([markingStep("one", async () => ({ detail: "The quick one did." }))]);
    const a = bench.open(slow, { nodeId: "node-a", leaseMs: 60_000 });
    const b = bench.open(quick, { nodeId: "node-b", leaseMs: 60_000 });
    const id = await bench.create(a);
    a.launch(id);
    await isWaiting.promise;

    expect(await b.resumeAll()).toEqual([]);
    bench.clock.time += 60_000;
    expect(await b.resumeAll()).toEqual([id]);
    expect((await b.ended(id)).state).toBe("done");

    gate.resolve();
    await a.close();
    const run = await a.find(id);
    expect(run?.steps[0]?.detail).toBe("The quick one did.");
    expect(await bench.marks()).toEqual(["end:done", "one"]);
  });

  it("takes over the run of a node that is known to be dead at once, and fences it off", async () => {
    const gate = Promise.withResolvers<void>();
    const isWaiting = Promise.withResolvers<void>();
    const slow = markingRun([
      markingStep("one", async () => {
        isWaiting.resolve();
        await gate.promise;
        return { detail: "The dead node did one." };
      }),
    ]);
    const quick = markingRun([markingStep("one", async () => ({ detail: "The successor did." }))]);
    const a = bench.open(slow, { nodeId: "node-a" });
    const b = bench.open(quick, { nodeId: "node-b" });
    const id = await bench.create(a);
    a.launch(id);
    await isWaiting.promise;
    await b.releaseOf(["node-c"]);
    expect(await b.resumeAll()).toEqual([]);
    await b.releaseOf(["node-a"]);
    expect(await b.resumeAll()).toEqual([id]);
    expect((await b.ended(id)).state).toBe("done");
    gate.resolve();
    await a.close();
    expect((await a.find(id))?.steps[0]?.detail).toBe("The successor did.");
  });
});
