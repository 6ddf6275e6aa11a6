import { installSteps, uninstallSteps } from "@berth/protocol";
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

// Each test goes on with the run that the one before left behind.
describe.each(databasesUnderTest())("killed runs on %s", (database) => {
  let scene: Scene;
  // Which moments a database survives is tried at every one of them in the journal's own tests, on
  // both; with whole processes, both sides of each commit on one database are enough.
  const isThorough = database === "pglite";
  const begin = (isHealthy: boolean, isInstalled: boolean) => async () => {
    scene = await prepareScene(database, { server: server(isHealthy) }, { isInstalled });
  };
  const end = () => scene[Symbol.asyncDispose]();

  describe("an install", () => {
    beforeAll(begin(true, false));
    afterAll(end);

    it.each(installSteps)("goes on after a kill before and after %s commits", async (step) => {
      await scene.killAt({ step, phase: "committing", direction: "do" });
      if (!isThorough || step === "activate") return;
      await scene.killAt({ step, phase: "committed", direction: "do" });
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

    const failing = installSteps.slice(0, installSteps.indexOf("health") + 1).toReversed();
    it.each(failing)("goes on after a kill before and after %s is undone", async (step) => {
      await scene.killAt({ step, phase: "committing", direction: "undo" });
      if (!isThorough || step === "resolve") return;
      await scene.killAt({ step, phase: "committed", direction: "undo" });
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

    it.each(uninstallSteps)("goes on after a kill before and after %s commits", async (step) => {
      await scene.killAt({ step, phase: "committing", direction: "do" });
      if (!isThorough || step === "remove-installation") return;
      await scene.killAt({ step, phase: "committed", direction: "do" });
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

  describe("a run whose last step committed", () => {
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
