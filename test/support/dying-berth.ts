/**
 * A Berth in a process of its own that ends itself by SIGKILL at one moment of a run. Started by
 * `killed-berth.ts`; tells it by a message when it is not killed.
 */
import { createClient } from "@berth/client";
import { createBerth } from "@berth/server";
import { pino } from "pino";
import type { DeadlyTask } from "./killed-berth.ts";

const task = JSON.parse(process.argv[2] ?? "null") as DeadlyTask;
const { folder, databaseUrl, moment, apiKey } = task;

const berth = await createBerth({
  folder,
  assets: { consoleFolder: null, frameBootstrap: "" },
  posture: "first-ask",
  logger: pino({ level: process.env.BERTH_TEST_LOG ?? "silent" }),
  ...(databaseUrl === undefined ? {} : { databaseUrl }),
  observers: {
    onStep({ step, phase, direction }) {
      const isNow =
        step === moment.step && phase === moment.phase && direction === moment.direction;
      if (isNow) process.kill(process.pid, "SIGKILL");
    },
  },
});
const client = createClient({ baseUrl: `http://127.0.0.1:${berth.port}`, apiKey });
const params = { organization: "acme" };

/** Nothing is asked of a Berth that finds its run unfinished. */
async function findRun(): Promise<string> {
  if (task.install !== undefined) {
    return (await client.call("install", { params, body: task.install })).run;
  }
  if (task.uninstall !== undefined) {
    const { uninstall: installation } = task;
    return (await client.call("uninstall", { params: { ...params, installation } })).run;
  }
  const [run] = berth.resumedRuns;
  if (run === undefined) throw new Error("No run was taken up.");
  return run;
}

const run = await findRun();
for await (const { data } of client.follow("followRun", { params: { ...params, run } })) {
  console.log(`${data.state} ${data.steps.map((step) => step.state).join(" ")}`);
}
await berth.close();
console.log("The run ended before the moment came.");
