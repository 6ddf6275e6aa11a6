import { type InstallStep, installSteps, uninstallSteps } from "@berth/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databasesUnderTest } from "../support/databases.ts";
import { prepareScene, type Scene } from "../support/killed-berth.ts";
import { callHost } from "../support/start-berth.ts";
import { appPrelude } from "../support/test-app.ts";

/** Keeps a value from its install hook on, and writes a log line. */
const server = (isHealthy: boolean) => `${appPrelude}
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
`;

const at = (step: InstallStep, phase: "committing" | "committed") => ({ step, phase });

/**
 * What is tried with whole processes. Every moment of every step is simulated by the journal's own
 * tests, on both databases; here the process really dies, in each step, by turns before and after its
 * commit, on the embedded database, and where rows of several domains meet on PostgreSQL.
 */
const plans = {
  pglite: {
    installing: installSteps.map((step, index) =>
      at(step, index % 2 === 0 ? "committed" : "committing"),
    ),
    undoing: ["health", "configure", "deploy", "allocate"],
    uninstalling: uninstallSteps,
  },
  postgres: {
    installing: [
      at("allocate", "committing"),
      at("deploy", "committed"),
      at("activate", "committing"),
    ],
    undoing: ["configure"],
    uninstalling: ["remove-state"],
  },
} as const;

// Each test goes on with the run that the one before left behind.
describe.each(databasesUnderTest())("killed runs on %s", (database) => {
  let scene: Scene;
  const plan = plans[database];
  const begin = (isHealthy: boolean, isInstalled: boolean) => async () => {
    scene = await prepareScene(database, { server: server(isHealthy) }, { isInstalled });
  };
  const end = () => scene[Symbol.asyncDispose]();

  describe("an install", () => {
    beforeAll(begin(true, false));
    afterAll(end);

    it.each(plan.installing)("goes on after a kill when $step was $phase", async (moment) => {
      await scene.killAt({ ...moment, direction: "do" });
    });

    it("is whole in the end, each step done once more where it was interrupted", async () => {
      await using after = await scene.open();
      const { run, client, berth } = after;
      expect(run).toMatchObject({ state: "done", error: null });
      expect(run.steps.map((step) => step.state)).toEqual(installSteps.map(() => "done"));
      const params = { organization: "acme", installation: run.installation };
      const detail = await client.call("getInstallation", { params });
      expect(detail.state).toBe("running");
      expect(detail.grants).toHaveLength(2);
      const { token } = await client.call("openView", { params, body: {} });
      const host = `${run.installation}.apps.localhost`;
      const headers = { authorization: `Bearer ${token}` };
      const answer = await callHost(berth.port, host, "/", { headers });
      expect(answer.json()).toMatchObject({ value: "yes" });
      expect(await after.leftovers()).toMatchObject({ installation: 1, app_state: 1 });
    });
  });

  describe("an install that is taken back", () => {
    beforeAll(begin(false, false));
    afterAll(end);

    it.each(plan.undoing)("goes on after a kill while %s is undone", async (step) => {
      await scene.killAt({ step, phase: "committing", direction: "undo" });
    });

    it("leaves nothing in the end but the run, with why", async () => {
      await using after = await scene.open();
      expect(after.run).toMatchObject({ state: "undone", error: { code: "HEALTH_CHECK_FAILED" } });
      expect(await after.leftovers()).toEqual({});
      expect(after.berth.cells.list().filter((cell) => cell.tenant !== undefined)).toEqual([]);
    });
  });

  describe("an uninstall", () => {
    beforeAll(begin(true, true));
    afterAll(end);

    it.each(plan.uninstalling)("goes on after a kill in the middle of %s", async (step) => {
      await scene.killAt({ step, phase: "committing", direction: "do" });
    });

    it("leaves nothing in the end", async () => {
      await using after = await scene.open();
      expect(after.run).toMatchObject({ kind: "uninstall", state: "done", error: null });
      expect(await after.leftovers()).toEqual({});
      const params = { organization: "acme" };
      const { installations } = await after.client.call("listInstallations", { params });
      expect(installations).toEqual([]);
    });
  });

  const lastSteps = database === "pglite" ? describe : undefined;
  lastSteps?.("a run whose last step committed", () => {
    it.each([
      ["an install", "activate", false],
      ["an uninstall", "remove-installation", true],
    ] as const)(
      "%s has ended, although the process was killed then",
      async (_what, step, isInstalled) => {
        await begin(true, isInstalled)();
        try {
          await scene.killAt({ step, phase: "committed", direction: "do" });
          await using after = await scene.open();
          expect(after.run.state).toBe("done");
          expect(after.berth.resumedRuns).toEqual([]);
        } finally {
          await end();
        }
      },
    );
  });
});
