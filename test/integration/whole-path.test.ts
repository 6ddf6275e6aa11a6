import { installSteps, uninstallSteps, type WireError } from "@berth/protocol";
import type { RunView } from "@berth/protocol/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databasesUnderTest } from "../support/databases.ts";
import { type StartedBerth, startBerth } from "../support/start-berth.ts";
import { appPrelude, type PublishedApp } from "../support/test-app.ts";

/** Counts its visits in its state, and says so in its log. */
const counter = `${appPrelude}
  export default {
    async fetch(request, env, ctx) {
      const entry = await call(env, ctx, "state", "get", { key: "visits" });
      const visits = (entry?.value ?? 0) + 1;
      await call(env, ctx, "state", "put", { key: "visits", value: visits });
      console.log("visit " + visits);
      return Response.json({ visits, greeting: env.CONFIG.greeting });
    },
    [hooks]: {
      install: (payload, env, ctx) => call(env, ctx, "state", "put", { key: "since", value: 1 }),
      configure(payload) {
        if (payload.config.greeting === "refuse me") throw new Error("no such greeting");
      },
    },
  };
`;
const config = {
  type: "object",
  properties: { greeting: { type: "string", default: "hello" } },
  additionalProperties: false,
};
const app = {
  server: counter,
  manifest: {
    server: {
      entry: "server.js",
      config,
      secrets: [{ name: "API_TOKEN", description: "Of the other side.", optional: true }],
    },
  },
};

const failure = (error: unknown) => error;

describe.each(databasesUnderTest())("from publish to gone, on %s", (database) => {
  let berth: StartedBerth;
  let published: PublishedApp;
  beforeAll(async () => {
    berth = await startBerth({ database });
    published = await berth.publisher.publish(app);
  });
  afterAll(() => berth?.[Symbol.asyncDispose]());

  it("takes an app the whole way", async () => {
    const { admin } = berth;
    const secrets = { API_TOKEN: "t0p-secret-value" };
    const { installation, run } = await berth.startInstall(published, { secrets });
    const params = { organization: "acme", installation };

    // Every step is seen to run and to end, in order.
    const seen: RunView[] = [];
    const runParams = { organization: "acme", run };
    for await (const { data } of admin.follow("followRun", { params: runParams })) seen.push(data);
    const done = seen.map(({ steps }) => steps.filter((step) => step.state === "done").length);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    const last = seen.at(-1);
    expect(last).toMatchObject({ kind: "install", state: "done", error: null, installation });
    expect(last?.steps.map((step) => step.name)).toEqual(installSteps);
    for (const step of last?.steps ?? []) expect(step.detail).toMatch(/^[A-Z].*\.$/);

    // It answers on its own host, and keeps its state.
    const first = await berth.callFunction(installation, "/");
    expect(first.json()).toEqual({ visits: 1, greeting: "hello" });
    const unsigned = await berth.callFunction(installation, "/", { token: "forged" });
    expect(unsigned.status).toBe(401);
    await berth.restart();
    const second = await berth.callFunction(installation, "/");
    expect(second.json()).toEqual({ visits: 2, greeting: "hello" });

    // Its log names the request. A line leaves the cell on its own way, after the answer.
    const requestId = String(second.headers["berth-request-id"]);
    const logged = async () => {
      const { entries } = await berth.admin.call("listLogs", { params, query: {} });
      return entries.filter(({ source }) => source === "function");
    };
    await expect
      .poll(logged, { timeout: 10_000 })
      .toMatchObject([{ message: "visit 1" }, { message: "visit 2", requestId }]);

    // What the API shows of it.
    const detail = await berth.admin.call("getInstallation", { params });
    expect(detail).toMatchObject({ state: "running", lastRunId: run, app: "test/test-app" });
    expect(detail.grants.map((grant) => grant.grantedBy)).toEqual(["ada", "ada"]);
    expect(detail.secrets).toMatchObject([
      { name: "API_TOKEN", fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/) },
    ]);
    expect(JSON.stringify(detail)).not.toContain("t0p-secret-value");

    // Suspended it does not answer, and keeps its state; resumed it goes on.
    await berth.admin.call("suspendInstallation", { params, body: { reason: "Holiday." } });
    const token = await berth.viewToken(installation).catch(failure);
    expect(token).toMatchObject({ code: "INSTALLATION_STATE" });
    const suspended = await berth.admin.call("getInstallation", { params });
    expect(suspended).toMatchObject({ state: "suspended", stateReason: "Holiday." });
    await berth.admin.call("resumeInstallation", { params });
    expect((await berth.callFunction(installation, "/")).json()).toMatchObject({ visits: 3 });

    // A new configuration is checked, reaches it at once, and goes back when it refuses it.
    const greet = (greeting: unknown) =>
      berth.admin.call("putConfig", { params, body: { config: { greeting } } });
    expect(await greet(7).catch(failure)).toMatchObject({ code: "CONFIG_INVALID" });
    await greet("good morning");
    expect((await berth.callFunction(installation, "/")).json()).toMatchObject({
      greeting: "good morning",
    });
    expect(await greet("refuse me").catch(failure)).toMatchObject({ code: "FUNCTION_THREW" });
    expect((await berth.callFunction(installation, "/")).json()).toMatchObject({
      greeting: "good morning",
    });

    // Gone with all that was its own; a token that is still valid reaches nothing.
    const late = await berth.viewToken(installation);
    const uninstall = await berth.admin.call("uninstall", { params });
    const removed = await berth.ended(uninstall.run, berth.admin);
    expect(removed).toMatchObject({ kind: "uninstall", state: "done" });
    expect(removed.steps.map((step) => step.name)).toEqual(uninstallSteps);
    expect(await berth.admin.call("getInstallation", { params }).catch(failure)).toMatchObject({
      code: "INSTALLATION_NOT_FOUND",
    });
    const gone = await berth.callFunction(installation, "/", { token: late });
    expect([gone.status, gone.json<WireError>().code]).toEqual([404, "INSTALLATION_NOT_FOUND"]);
    expect(await berth.leftovers()).toEqual({});
  });

  it("takes an app again that was gone, and keeps two organizations apart", async () => {
    const installation = await berth.install(published);
    const client = await berth.addOrganization("globex");
    const other = await berth.install(published, {}, { client, organization: "globex" });
    await berth.callFunction(installation, "/");
    await berth.callFunction(installation, "/");
    const token = await berth.viewToken(other, client, "globex");
    const answer = await berth.callFunction(other, "/", { token });
    expect(answer.json()).toMatchObject({ visits: 1 });

    // A token of one is none for the other, and one's admin does not see the other's.
    expect((await berth.callFunction(installation, "/", { token })).status).toBe(401);
    for (const organization of ["acme", "globex"]) {
      const params = { organization, installation };
      expect(await client.call("getInstallation", { params }).catch(failure)).toMatchObject({
        code: organization === "acme" ? "ORGANIZATION_NOT_FOUND" : "INSTALLATION_NOT_FOUND",
      });
    }
    const { lastRunId } = await berth.admin.call("getInstallation", {
      params: { organization: "acme", installation },
    });
    const params = { organization: "globex", run: String(lastRunId) };
    expect(await client.call("getRun", { params }).catch(failure)).toMatchObject({
      code: "RUN_NOT_FOUND",
    });
  });
});
