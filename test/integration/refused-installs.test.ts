import { appendFile, glob } from "node:fs/promises";
import { join } from "node:path";
import type { StepMoment } from "@berth/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databasesUnderTest } from "../support/databases.ts";
import { type StartedBerth, startBerth } from "../support/start-berth.ts";
import { appPrelude, consentTo } from "../support/test-app.ts";

const plain = { server: `export default { fetch: () => new Response("served") };` };
const failure = (error: unknown) => error;

/** Installs, expects the run to be taken back, and nothing to be left of it. */
async function expectUndone(berth: StartedBerth, app: Parameters<typeof berth.startInstall>[0]) {
  const { installation, run } = await berth.startInstall(app);
  const ended = await berth.ended(run);
  expect(ended.state).toBe("undone");
  expect(await berth.leftovers()).toEqual({});
  expect(berth.berth.cells.list().filter((cell) => cell.tenant !== undefined)).toEqual([]);
  const params = { organization: "acme", installation };
  expect(await berth.admin.call("getInstallation", { params }).catch(failure)).toMatchObject({
    code: "INSTALLATION_NOT_FOUND",
  });
  return ended;
}

describe.each(databasesUnderTest())("installs that do not happen, on %s", (database) => {
  /** The tests that leave nothing behind come first: each asserts so of all that went before. */
  let shared: StartedBerth;
  beforeAll(async () => {
    shared = await startBerth({ database });
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  it("refuses at once, before anything exists", async () => {
    const berth = shared;
    const app = await berth.publisher.publish({
      ...plain,
      manifest: {
        id: "refused",
        server: { entry: "server.js", secrets: [{ name: "TOKEN", description: "Needed." }] },
      },
    });
    const consent = await consentTo(berth.admin, app);
    const attempt = (body: object) =>
      berth.admin
        .call("install", {
          params: { organization: "acme" },
          body: { app: app.app, version: app.version, consent, ...body },
        })
        .catch(failure);
    const secrets = { TOKEN: "x" };

    expect(await attempt({ app: "test/unknown" })).toMatchObject({ code: "APP_NOT_FOUND" });
    expect(await attempt({ version: "9.9.9" })).toMatchObject({ code: "RELEASE_NOT_FOUND" });
    const refused = await consentTo(berth.admin, app, ["*"]);
    expect(await attempt({ consent: refused, secrets })).toMatchObject({ code: "CONSENT_REFUSED" });
    const other = { ...consent, digest: "0".repeat(64) };
    expect(await attempt({ consent: other, secrets })).toMatchObject({ code: "CONSENT_MISMATCH" });
    const fewer = { ...consent, permissions: consent.permissions.slice(1) };
    expect(await attempt({ consent: fewer, secrets })).toMatchObject({
      code: "CONSENT_MISMATCH",
      details: { notShown: ["api * read,write"] },
    });
    expect(await attempt({ secrets, config: { a: 1 } })).toMatchObject({ code: "CONFIG_INVALID" });
    expect(await attempt({})).toMatchObject({
      code: "CONFIG_INVALID",
      details: { secret: "TOKEN" },
    });
    expect(await attempt({ secrets: { ...secrets, OTHER: "x" } })).toMatchObject({
      code: "CONFIG_INVALID",
    });
    expect(await berth.leftovers()).toEqual({});
    const { installations } = await berth.admin.call("listInstallations", {
      params: { organization: "acme" },
    });
    expect(installations).toEqual([]);
  });

  it.each([
    ["its health hook answers false", "HEALTH_CHECK_FAILED", "health: () => false"],
    ["its health hook throws", "HEALTH_CHECK_FAILED", `health() { throw new Error("ill"); }`],
    [
      "its install hook throws after it kept something",
      "FUNCTION_THREW",
      `async install(payload, env, ctx) {
        await call(env, ctx, "state", "put", { key: "half", value: 1 });
        console.log("half way");
        throw new Error("no further");
      }`,
    ],
  ])("takes all back when %s", async (why, code, hook) => {
    const berth = shared;
    const server = `${appPrelude}
      export default { fetch: () => new Response("served"), [hooks]: { ${hook} } };
    `;
    const id = why.replaceAll(" ", "-");
    const run = await expectUndone(
      berth,
      await berth.publisher.publish({ server, manifest: { id } }),
    );
    expect(run.error?.code).toBe(code);
  });

  it("takes all back when its health path does not answer in its time", async () => {
    const berth = shared;
    const app = await berth.publisher.publish({
      server: `export default { fetch: () => new Promise((resolve) => setTimeout(resolve, 60_000)) };`,
      manifest: { id: "slow-health", health: { path: "/health", timeoutMs: 500 } },
    });
    expect((await expectUndone(berth, app)).error?.code).toBe("HEALTH_CHECK_FAILED");
  });

  it("takes all back when the module does not load", async () => {
    const berth = shared;
    const app = await berth.publisher.publish({
      manifest: { id: "not-loading" },
      server: `import "./absent.js"; export default {};`,
    });
    const run = await expectUndone(berth, app);
    expect(run.error?.code).toBe("MODULE_INVALID");
    expect(run.steps.map((step) => step.state).slice(6)).toEqual([
      "undone",
      "pending",
      "pending",
      "pending",
    ]);
  });

  // From here on the shared one has apps installed.
  it("takes back one that needs an app that is not there, and takes it when it is", async () => {
    const berth = shared;
    const base = await berth.publisher.publish({ ...plain, manifest: { id: "base" } });
    const app = await berth.publisher.publish({
      ...plain,
      manifest: { id: "upper", dependencies: { "test/base": "^1.0.0" } },
    });
    const run = await expectUndone(berth, app);
    expect(run.error).toMatchObject({
      code: "DEPENDENCY_UNKNOWN",
      message: expect.stringContaining("install test/base 1.0.0 first"),
    });
    await berth.install(base);
    await berth.install(app);
  });

  it("installs an app once in an organization, however many ask at once", async () => {
    const berth = shared;
    const app = await berth.publisher.publish(plain);
    const asked = await Promise.all([1, 2, 3].map(() => berth.startInstall(app).catch(failure)));
    const begun = asked.filter((each) => "run" in (each as object));
    expect(begun).toHaveLength(1);
    for (const each of asked.filter((other) => !begun.includes(other))) {
      expect(each).toMatchObject({ code: "INSTALLATION_EXISTS" });
    }
    const [{ run }] = begun as [{ run: string }];
    expect((await berth.ended(run)).state).toBe("done");
  });

  it("takes all back when the stored package was changed", async () => {
    await using berth = await startBerth({ database });
    const app = await berth.publisher.publish(plain);
    for await (const file of glob(`**/*${app.digest.slice(2)}*`, {
      cwd: join(berth.folder, "blobs"),
    })) {
      await appendFile(join(berth.folder, "blobs", file), "one more byte");
    }
    await berth.restart();
    const run = await expectUndone(berth, app);
    expect(run.error?.code).toBe("PACKAGE_DIGEST_MISMATCH");
  });

  it("cancels in the middle, and goes on when only the one who watched went away", async () => {
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const onStep = async ({ step, phase, direction }: StepMoment) => {
      if (step !== "deploy" || phase !== "committing" || direction !== "do") return;
      reached.resolve();
      await gate.promise;
    };
    await using berth = await startBerth({ database, berth: { observers: { onStep } } });
    const app = await berth.publisher.publish(plain);
    const { run } = await berth.startInstall(app);
    const params = { organization: "acme", run };
    await reached.promise;

    // Whoever watches closes the page.
    const leaving = new AbortController();
    const watching = (async () => {
      const options = { signal: leaving.signal };
      for await (const _ of berth.admin.follow("followRun", { params }, options)) leaving.abort();
    })();
    await watching.catch(failure);
    expect((await berth.admin.call("getRun", { params })).state).toBe("running");

    await berth.admin.call("cancelRun", { params });
    gate.resolve();
    const cancelled = await berth.ended(run);
    expect(cancelled).toMatchObject({ state: "undone", error: { code: "INSTALL_CANCELLED" } });
    expect(await berth.leftovers()).toEqual({});

    // The same again, watched by nobody: it ends by itself.
    const again = await berth.startInstall(app);
    expect((await berth.ended(again.run)).state).toBe("done");
    expect(
      await berth.admin
        .call("cancelRun", { params: { organization: "acme", run: again.run } })
        .catch(failure),
    ).toMatchObject({ code: "INSTALLATION_STATE" });
  });

  // The last of the shared one, which it leaves in other hands.
  it("neither installs nor opens a page of its own once the operator allows strict views only", async () => {
    const board = (id: string) =>
      shared.publisher.publish({
        files: { "board.html": "<!doctype html><h1>Board</h1>" },
        manifest: {
          id,
          entryPoint: "board.html",
          security: { sandboxLevel: "moderate" },
          ui: { mode: "html" },
        },
      });
    const other = await board("other-board");
    const installation = await shared.install(await board("board"));
    const params = { organization: "acme", installation };
    const open = () => shared.admin.call("openView", { params, body: {} });
    expect((await open()).frameUrl).toMatch(/\/html\?host=/);
    await shared.restart({ sandboxLevels: ["strict"] });
    expect(await open().catch(failure)).toMatchObject({
      code: "PLATFORM_INCOMPATIBLE",
      message: expect.stringContaining("this host allows strict"),
    });
    expect(await shared.install(other).catch(failure)).toMatchObject({
      code: "PLATFORM_INCOMPATIBLE",
    });
  });
});
