import { type BerthError, isBerthError } from "@berth/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/jobs/run.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { type Bench, markingRun, markingStep, openBench, stepNames } from "./test-runs.ts";

const allSteps = () => stepNames.map((name) => markingStep(name));
const statesOf = (run: RunRecord | undefined) => run?.steps.map((step) => step.state);
const never = () => new Promise<never>(() => undefined);
const codeOf = (error: unknown) => (isBerthError(error) ? error.code : error);

describe.each(databasesUnderTest())("runs on %s", (kind) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench(kind);
  });
  afterEach(() => bench.reset());
  afterAll(() => bench[Symbol.asyncDispose]());

  it("does its steps in order, each with a sentence, and ends in the last step's transaction", async () => {
    const jobs = bench.open(markingRun(allSteps()));
    const id = await bench.create(jobs);
    jobs.launch(id);
    const run = await jobs.ended(id);
    expect(run.state).toBe("done");
    expect(run.error).toBeNull();
    expect(run.steps.map((step) => step.detail)).toEqual(["Did one.", "Did two.", "Did three."]);
    expect(run.steps.every((step) => step.attempt === 1)).toBe(true);
    expect(run.endedAt).toEqual(new Date(bench.clock.time));
    expect(await bench.marks()).toEqual(["end:done", "one", "three", "two"]);
    expect(await bench.input(id)).toEqual({});
  });

  it("undoes in reverse order when a step fails, and keeps the error", async () => {
    const order: string[] = [];
    const steps = [
      ...["one", "two"].map((name) => markingStep(name)),
      markingStep("three", () => Promise.reject(new Error("the disk burns"))),
    ].map((step) => ({
      ...step,
      undo: (context: Parameters<typeof step.run>[0]) => {
        order.push(step.name);
        return step.undo?.(context) ?? never();
      },
    }));
    const jobs = bench.open(markingRun(steps));
    const id = await bench.create(jobs);
    jobs.launch(id);
    const run = await jobs.ended(id);
    expect(run.state).toBe("undone");
    expect(run.error?.code).toBe("INSTALL_FAILED");
    expect(order).toEqual(["three", "two", "one"]);
    expect(statesOf(run)).toEqual(["undone", "undone", "undone"]);
    expect(run.steps[2]?.detail).toBe("A step failed.");
    expect(await bench.marks()).toEqual(["end:undone"]);
    expect(await bench.input(id)).toEqual({});
  });

  it("changes nothing of a step whose commit fails", async () => {
    const half = {
      ...markingStep("two"),
      run: async () => ({
        detail: "Half.",
        commit: async (trx: Parameters<typeof import("./test-runs.ts").addMark>[0]) => {
          const { addMark } = await import("./test-runs.ts");
          await addMark(trx, "subject", "half");
          throw new Error("after the first row");
        },
      }),
      undo: async () => ({ detail: "Nothing was there." }),
    };
    const jobs = bench.open(markingRun([markingStep("one"), half, markingStep("three")]));
    const id = await bench.create(jobs);
    jobs.launch(id);
    expect((await jobs.ended(id)).state).toBe("undone");
    expect(await bench.marks()).toEqual(["end:undone"]);
  });

  it("cancels in the middle of a step: the step's signal aborts, and all is undone", async () => {
    const isWaiting = Promise.withResolvers<void>();
    const waiting = markingStep("two", ({ signal }) => {
      const aborted = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => aborted.reject(signal.reason));
      isWaiting.resolve();
      return aborted.promise;
    });
    const jobs = bench.open(markingRun([markingStep("one"), waiting, markingStep("three")]));
    const id = await bench.create(jobs);
    jobs.launch(id);
    await isWaiting.promise;
    expect((await jobs.cancel(id)).isCancelRequested).toBe(true);
    const run = await jobs.ended(id);
    expect(run.state).toBe("undone");
    expect(run.error?.code).toBe("INSTALL_CANCELLED");
    expect(statesOf(run)).toEqual(["undone", "undone", "pending"]);
    expect(await bench.marks()).toEqual(["end:undone"]);
  });

  it("cancels a run that has not begun, without doing a step", async () => {
    const jobs = bench.open(markingRun(allSteps()));
    const id = await bench.create(jobs);
    await jobs.cancel(id);
    jobs.launch(id);
    const run = await jobs.ended(id);
    expect([run.state, run.error?.code]).toEqual(["undone", "INSTALL_CANCELLED"]);
    expect(await bench.marks()).toEqual(["end:undone"]);
  });

  it("takes a cancel that comes while the last step is done, and none after it", async () => {
    const jobs = bench.open(markingRun(allSteps()), {
      observers: {
        async onStep({ step, phase, runId, direction }) {
          if (direction === "do" && step === "three" && phase === "committing") {
            await jobs.cancel(runId);
          }
        },
      },
    });
    const id = await bench.create(jobs);
    jobs.launch(id);
    expect((await jobs.ended(id)).error?.code).toBe("INSTALL_CANCELLED");
    expect(await jobs.cancel(id).catch(codeOf)).toBe("INSTALLATION_STATE");
    expect(await jobs.cancel("run00").catch(codeOf)).toBe("RUN_NOT_FOUND");
  });

  it("refuses a second unfinished run on one subject, and takes one on another", async () => {
    const jobs = bench.open(markingRun(allSteps()));
    const id = await bench.create(jobs);
    const refusal = await bench.create(jobs).catch((error: BerthError) => error);
    expect(codeOf(refusal)).toBe("INSTALLATION_STATE");
    await bench.create(jobs, "another");
    jobs.launch(id);
    await jobs.ended(id);
    await bench.create(jobs);
  });

  it("tries a forward run's step again, then is stuck and says why", async () => {
    let failures = 2;
    const flaky = markingStep("two", async () => {
      if (failures-- > 0) throw new Error("not yet");
      return { detail: "Did two." };
    });
    const steps = [markingStep("one"), flaky, markingStep("three")];
    const jobs = bench.open(markingRun(steps, { onFailure: "forward" }));
    const id = await bench.create(jobs);
    jobs.launch(id);
    const run = await jobs.ended(id);
    expect([run.state, run.steps[1]?.attempt]).toEqual(["done", 3]);

    failures = 1_000;
    const hopeless = await bench.create(jobs, "hopeless");
    expect(await jobs.cancel(hopeless).catch(codeOf)).toBe("INSTALLATION_STATE");
    jobs.launch(hopeless);
    const stuck = await jobs.ended(hopeless);
    expect([stuck.state, stuck.error?.code]).toEqual(["stuck", "INSTALL_FAILED"]);
    expect(await bench.marks("hopeless")).toEqual(["end:stuck", "one"]);
  });

  it("is stuck when a step cannot be undone, with the first error kept", async () => {
    const steps = [
      { ...markingStep("one"), undo: () => Promise.reject(new Error("cannot")) },
      markingStep("two", () => Promise.reject(new Error("fails"))),
    ];
    const jobs = bench.open(markingRun(steps));
    const id = await bench.create(jobs);
    jobs.launch(id);
    const run = await jobs.ended(id);
    expect([run.state, run.error?.code]).toEqual(["stuck", "INSTALL_FAILED"]);
    expect(statesOf(run)).toEqual(["undoing", "undone"]);
    expect(await bench.marks()).toEqual(["end:stuck", "one"]);
  });

  it("shows a follower every change in order, and ends with the run", async () => {
    const jobs = bench.open(markingRun(allSteps()));
    const id = await bench.create(jobs);
    const seen: string[] = [];
    const revisions: number[] = [];
    const following = (async () => {
      for await (const run of jobs.follow(id, new AbortController().signal)) {
        if (seen.length === 0) jobs.launch(id);
        seen.push(run.steps.map((step) => step.state[0]).join(""));
        revisions.push(run.revision);
      }
    })();
    await following;
    expect(seen).toEqual(["ppp", "rpp", "dpp", "drp", "ddp", "ddr", "ddd"]);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    const late: string[] = [];
    for await (const run of jobs.follow(id, new AbortController().signal)) late.push(run.state);
    expect(late).toEqual(["done"]);
  });

  it("lets a follower go while the run goes on", async () => {
    const gate = Promise.withResolvers<void>();
    const slow = markingStep("two", async () => {
      await gate.promise;
      return { detail: "Did two." };
    });
    const jobs = bench.open(markingRun([markingStep("one"), slow, markingStep("three")]));
    const id = await bench.create(jobs);
    const leaving = new AbortController();
    jobs.launch(id);
    for await (const run of jobs.follow(id, leaving.signal)) {
      if (run.steps[1]?.state === "running") leaving.abort();
    }
    gate.resolve();
    expect((await jobs.ended(id)).state).toBe("done");
  });

  it("drives no more at a time than it may, and all in the end", async () => {
    let running = 0;
    let most = 0;
    const counting = markingStep("one", async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      return { detail: "Did one." };
    });
    const jobs = bench.open(markingRun([counting]), { maxRunning: 2 });
    const ids = await Promise.all(
      Array.from({ length: 6 }, (_, index) => bench.create(jobs, `s${index}`)),
    );
    for (const id of ids) jobs.launch(id);
    for (const id of ids) expect((await jobs.ended(id)).state).toBe("done");
    expect(most).toBeLessThanOrEqual(2);
  });
});
