import { installSteps, uninstallSteps } from "@berth/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databasesUnderTest } from "../support/databases.ts";
import {
  type Aftermath,
  type DoomedRun,
  type Moment,
  prepareScene,
  type Scene,
} from "../support/killed-berth.ts";
import { callHost } from "../support/start-berth.ts";
import { appPrelude } from "../support/test-app.ts";

/** Keeps a value from its install hook on, and writes a log line. */
const appOf = (id: string, isHealthy: boolean) => ({
  manifest: { id },
  server: `${appPrelude}
  export default {
    fetch: async (request, env, ctx) =>
      Response.json(await call(env, ctx, "state", "get", { key: "installed" })),
    [hooks]: {
      health: () => ${isHealthy},
      async install(payload, env, ctx) {
        console.log("installing");
        await call(env, ctx, "state", "put", { key: "installed", value: "yes" });
      },
    },
  };
`,
});
const healthy = appOf("healthy", true);
const sick = appOf("sick", false);

const phases = ["begun", "committing", "committed"] as const;
const processes = [0, 1, 2] as const;

const momentsOf = (steps: readonly string[], direction: Moment["direction"]): readonly Moment[] =>
  steps.flatMap((step) => phases.map((phase) => ({ step, phase, direction })));

/** The failed step, and all before it, are taken back from the last to the first. */
const undone = installSteps.slice(0, installSteps.indexOf("health") + 1).reverse();

/**
 * Every moment of every step, each for one run: as many runs as it takes for each to be interrupted
 * once by every process, early in its steps by the first and late by the last.
 */
function doom(
  name: string,
  run: Pick<DoomedRun, "kind" | "app">,
  moments: readonly Moment[],
): readonly DoomedRun[] {
  const runCount = moments.length / processes.length;
  return Array.from({ length: runCount }, (_, at) => ({
    ...run,
    organization: `${name}-${at}`,
    moments: processes.flatMap((process) => moments[at + process * runCount] ?? []),
  }));
}

const installs = doom("install", { kind: "install", app: healthy }, momentsOf(installSteps, "do"));
const failing = doom("failing", { kind: "install", app: sick }, momentsOf(undone, "undo"));
const uninstalls = doom(
  "uninstall",
  { kind: "uninstall", app: healthy },
  momentsOf(uninstallSteps, "do"),
);
const all = [...installs, ...failing, ...uninstalls];

/** A run as a test's name tells it. */
const told = (runs: readonly DoomedRun[]) =>
  runs.map((run) => ({
    ...run,
    when: run.moments.map(({ step, phase }) => `${step} (${phase})`).join(", "),
  }));

/** With these moments the run itself commits its end. */
const endings: ReadonlySet<string> = new Set([
  "do activate committed",
  `undo ${installSteps[0]} committed`,
  "do remove-installation committed",
]);
const hasEnded = ({ moments }: DoomedRun) =>
  moments.some(({ direction, step, phase }) => endings.has(`${direction} ${step} ${phase}`));

it("tries every moment of every step", () => {
  const momentCount = phases.length * (installSteps.length + undone.length + uninstallSteps.length);
  expect(
    new Set(all.flatMap(({ kind, moments }) => moments.map((m) => JSON.stringify([kind, m])))).size,
  ).toBe(momentCount);
  expect(all.every(({ moments }) => moments.length === processes.length)).toBe(true);
});

// Each test goes on with the runs that the one before left behind.
describe.each(databasesUnderTest())("killed runs on %s", (database) => {
  let scene: Scene;
  let after: Aftermath;
  const runOf = (organization: string) => {
    const run = after.runs.get(organization);
    if (run === undefined) throw new Error(`There is no run of ${organization}.`);
    return run;
  };

  beforeAll(async () => {
    scene = await prepareScene(database, all);
  });
  afterAll(async () => {
    await after?.[Symbol.asyncDispose]();
    await scene?.[Symbol.asyncDispose]();
  });

  it.each(processes)("go on in the next process when number %d is killed", async () => {
    await scene.killNext();
  });

  it("all end, and only those that had not ended are taken up", async () => {
    after = await scene.open();
    const takenUp = all.filter((run) => !hasEnded(run)).map((run) => runOf(run.organization).id);
    expect([...after.berth.resumedRuns].sort()).toEqual(takenUp.sort());
  });

  it.each(told(installs))("an install is whole after kills at $when", async ({ organization }) => {
    const { berth, client } = after;
    const run = runOf(organization);
    expect(run).toMatchObject({ kind: "install", state: "done", error: null });
    expect(run.steps.map((step) => step.state)).toEqual(installSteps.map(() => "done"));
    const params = { organization, installation: run.installation };
    const detail = await client.call("getInstallation", { params });
    expect(detail.state).toBe("running");
    expect(detail.grants).toHaveLength(2);
    const { token } = await client.call("openView", { params, body: {} });
    const host = `${run.installation}.apps.localhost`;
    const headers = { authorization: `Bearer ${token}` };
    const answer = await callHost(berth.port, host, "/", { headers });
    expect(answer.json()).toMatchObject({ value: "yes" });
    const left = await after.leftovers(run.installation);
    expect(left).toMatchObject({ installation: 1, app_state: 1 });
  });

  it.each(told(failing))(
    "an install is taken back after kills at $when",
    async ({ organization }) => {
      const run = runOf(organization);
      expect(run).toMatchObject({ state: "undone", error: { code: "HEALTH_CHECK_FAILED" } });
      expect(await after.leftovers(run.installation)).toEqual({});
    },
  );

  it.each(told(uninstalls))(
    "an uninstall is done after kills at $when",
    async ({ organization }) => {
      const run = runOf(organization);
      expect(run).toMatchObject({ kind: "uninstall", state: "done", error: null });
      expect(await after.leftovers(run.installation)).toEqual({});
      const params = { organization };
      const { installations } = await after.client.call("listInstallations", { params });
      expect(installations).toEqual([]);
    },
  );

  it("leave nothing but the installs: no row, and no cell of another", async () => {
    const installed = new Set(installs.map((run) => runOf(run.organization).installation));
    expect(await after.leftovers()).toMatchObject({
      installation: installed.size,
      app_state: installed.size,
    });
    const rows = await after.berth.database.kysely
      .selectFrom("installation")
      .select("id")
      .execute();
    expect(new Set(rows.map(({ id }) => id))).toEqual(installed);
    const used = after.berth.cells.list().filter((cell) => cell.tenant !== undefined);
    expect(used.filter((cell) => !installed.has(cell.placement ?? ""))).toEqual([]);
  });
});
