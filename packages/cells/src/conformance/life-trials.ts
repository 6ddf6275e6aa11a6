/** How a cell starts, takes code, sleeps and ends. */

import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { defaultCellLimits } from "../spec.ts";
import { type DriverTrial, openExchange, outcomeOf, requestOf, Stage, specOf } from "./trial.ts";

const hello = `let n = 0; export default { fetch: () => new Response("hello " + ++n) }`;

/** Until it has used so much more processor time. */
async function burned(stage: Stage, cpuMs: number): Promise<void> {
  const from = stage.cell.readCpuMs();
  while (stage.cell.readCpuMs() - from < cpuMs) await turn();
}

export const lifeTrials: readonly DriverTrial[] = [
  {
    name: "starts blank, is who it was asked to be, answers a ping, and can be measured",
    async run(subject) {
      await using stage = await Stage.open(subject, "named");
      const { cell } = stage;
      assert.equal(cell.id, "named");
      assert.equal(cell.heapClassMb, subject.driver.heapClassOf(defaultCellLimits.memoryMb));
      await cell.ping();
      assert.ok(cell.readMemoryBytes() > 0, "a running cell holds memory");
      assert.ok(cell.readCpuMs() >= 0, "processor time is a number");
      assert.equal(await outcomeOf(stage.getText(requestOf())), "CELL_LOST");
    },
  },
  {
    name: "tells what was loaded: fetch, hooks, entries",
    async run(subject) {
      await using stage = await Stage.open(subject);
      const { isolate, ...described } = await stage.load(
        specOf(`export default { fetch() {}, scheduled() {},
          [Symbol.for("berth.hooks")]: { health() {} } }`),
      );
      assert.match(isolate, /^(waiting|made)$/);
      assert.deepEqual(described, { hasFetch: true, hooks: ["health"], entries: ["scheduled"] });
    },
  },
  {
    name: "refuses a module that does not load, names its fault, and takes another",
    async run(subject) {
      await using stage = await Stage.open(subject);
      await assert.rejects(
        stage.load(specOf(`throw new Error("not today"); export default {}`)),
        (error) => {
          assert.equal((error as { code?: unknown }).code, "MODULE_INVALID");
          assert.match(String(error), /not today/);
          return true;
        },
      );
      await stage.load(specOf(hello));
      assert.equal(await stage.getText(requestOf()), "hello 1");
    },
  },
  {
    name: "keeps isolates of one cell apart, and forgets one that is unloaded",
    async run(subject) {
      await using stage = await Stage.open(subject);
      const leak = `globalThis.seen ??= []; Object.prototype.stained = true;
        export default { fetch(request, env) { globalThis.seen.push(env.NAME);
          return new Response(globalThis.seen.join()); } }`;
      const clean = `export default { fetch(request, env) {
          return new Response([globalThis.seen, {}.stained, env.NAME].map(String).join()); } }`;
      await stage.load(specOf(leak, { key: "a", env: { NAME: "a" } }));
      await stage.load(specOf(clean, { key: "b", env: { NAME: "b" } }));
      assert.equal(await stage.getText(requestOf(), "a"), "a");
      assert.equal(await stage.getText(requestOf(), "b"), "undefined,undefined,b");
      await stage.cell.unload("a");
      assert.equal(await outcomeOf(stage.getText(requestOf(), "a")), "CELL_LOST");
      assert.equal(await stage.getText(requestOf(), "b"), "undefined,undefined,b");
      await stage.load(specOf(leak, { key: "a", env: { NAME: "anew" } }));
      assert.equal(await stage.getText(requestOf(), "a"), "anew");
    },
  },
  {
    name: "while paused uses no processor, keeps what it has, and goes on when resumed",
    async run(subject) {
      await using stage = await Stage.open(subject);
      const { cell } = stage;
      // A driver without this tier is held to nothing here.
      if (cell.pause === undefined || cell.resume === undefined) return;
      await stage.load(specOf(hello));
      assert.equal(await stage.getText(requestOf()), "hello 1");
      cell.pause();
      let hasAnswered = false;
      const ping = cell.ping().then(() => {
        hasAnswered = true;
      });
      const until = performance.now() + 100;
      while (performance.now() < until) await turn();
      assert.equal(hasAnswered, false, "a paused cell answers nothing");
      cell.resume();
      await ping;
      assert.equal(await stage.getText(requestOf()), "hello 2");
      cell.pause();
      await cell.stop();
      assert.equal((await cell.exited).cause, "stopped");
    },
  },
  {
    name: "counts the processor time of a cell that hangs, does not answer a ping, and ends at once",
    async run(subject) {
      await using stage = await Stage.open(subject);
      const { cell } = stage;
      await stage.load(specOf(`export default { fetch() { for (;;) {} } }`));
      const exchange = openExchange();
      const asked = outcomeOf(cell.invoke("app@1", requestOf(), exchange));
      await burned(stage, 50);
      let hasAnswered = false;
      const ping = outcomeOf(cell.ping()).then((outcome) => {
        hasAnswered = true;
        return outcome;
      });
      await burned(stage, 50);
      assert.equal(hasAnswered, false, "a hung cell answers nothing");
      await cell.stop();
      assert.equal((await cell.exited).cause, "stopped");
      assert.equal(await asked, "CELL_LOST");
      assert.equal(await ping, "CELL_LOST");
      await exchange.ended;
      assert.equal(exchange.endCount(), 1);
    },
  },
  {
    name: "tells a cell that was killed from one that was stopped, and fails what ran in it",
    async run(subject) {
      await using stage = await Stage.open(subject);
      const { cell } = stage;
      await stage.load(
        specOf(
          `export default { async fetch() { console.log("in"); await new Promise(() => setTimeout(() => {}, 1e6)); } }`,
        ),
      );
      const asked = outcomeOf(cell.invoke("app@1", requestOf(), openExchange()));
      await stage.log("in");
      process.kill(cell.pid, "SIGKILL");
      assert.equal((await cell.exited).cause, "crash");
      assert.equal(await asked, "CELL_LOST");
      assert.equal(await outcomeOf(cell.ping()), "CELL_LOST");
      await cell.stop();
    },
  },
  {
    name: "leaves nothing behind",
    async run(subject) {
      const before = subject.countHeld();
      const stages = await Promise.all([1, 2].map((n) => Stage.open(subject, `left${n}`)));
      assert.ok(subject.countHeld() > before, "countHeld counts what a cell holds");
      const [killed, stopped] = stages;
      if (killed !== undefined) process.kill(killed.cell.pid, "SIGKILL");
      await stopped?.cell.stop();
      await Promise.all(stages.map(({ cell }) => cell.exited));
      assert.equal(subject.countHeld(), before);
    },
  },
  {
    name: "goes over to another engine only when that one starts",
    async run(subject) {
      const { driver } = subject;
      const sink = { onCall: async () => null, onEgress: () => Promise.reject(), onLog() {} };
      const missing = driver.replaceEngine("/nonexistent/engine", sink);
      assert.equal(await outcomeOf(missing), "CELL_START_FAILED");
      await using before = await Stage.open(subject, "before");
      await before.load(specOf(hello));
      await driver.replaceEngine(undefined, sink);
      await using after = await Stage.open(subject, "after");
      await after.load(specOf(hello));
      assert.equal(await after.getText(requestOf()), "hello 1");
      assert.equal(await before.getText(requestOf()), "hello 1");
    },
  },
];
