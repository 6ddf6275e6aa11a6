import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DataPlane, openDataPlane } from "./rig.ts";

/** Calls whatever the body says, with the handle that it was given or the one that it is told. */
const caller = `
const call = (env, ctx, { handle = ctx.props.berth.handle, capability, method, args }) =>
  env.BERTH.call(handle, capability, method, args);
export const kept = {};
export default {
  async fetch(request, env, ctx) {
    const ask = await request.json();
    if (ask.give === "handle") return Response.json(ctx.props.berth.handle);
    if (ask.fetch !== undefined) {
      try { return Response.json({ status: (await fetch(ask.fetch)).status }); }
      catch (error) { return Response.json({ error: String(error) }); }
    }
    return Response.json(await call(env, ctx, ask));
  },
  [Symbol.for("berth.hooks")]: {
    health: () => globalThis.isSick !== true,
    install: async (payload, env, ctx) => {
      await call(env, ctx, { capability: "state", method: "put", args: { key: "seed", value: payload } });
      await call(env, ctx, { handle: null, capability: "state", method: "put", args: { key: "own", value: 1 } });
      return { seeded: true };
    },
    configure: () => { throw new Error("cannot configure"); },
  },
};`;

describe("capabilities from inside a jailed cell", () => {
  let plane: DataPlane;
  beforeAll(async () => {
    plane = await openDataPlane({ limits: { waitUntilGraceMs: 60_000 } });
  });
  afterAll(() => plane[Symbol.asyncDispose]());

  const install = (changes = {}) => plane.install({ "server.js": caller }, changes);
  async function ask(live: Awaited<ReturnType<typeof install>>, body: object) {
    const answer = await plane.call(live, "/", { method: "POST", body: JSON.stringify(body) });
    expect(answer.status, answer.body).toBe(200);
    return answer.json as { ok?: unknown; error?: { code: string; message: string } };
  }

  it("reach state, config and secrets", async () => {
    const live = await install({
      config: { size: 3 },
      manifest: { server: { entry: "server.js", secrets: [{ name: "TOKEN", description: "x" }] } },
    });
    plane.rig.directory.setSecret(live.id, "TOKEN", "s3cret");
    const put = await ask(live, {
      capability: "state",
      method: "put",
      args: { key: "a", value: { b: [1] } },
    });
    expect(put).toEqual({ ok: { version: "1" } });
    expect(await ask(live, { capability: "state", method: "get", args: { key: "a" } })).toEqual({
      ok: { value: { b: [1] }, version: "1" },
    });
    expect(await ask(live, { capability: "config", method: "get", args: {} })).toEqual({
      ok: { size: 3 },
    });
    expect(
      await ask(live, { capability: "secrets", method: "get", args: { name: "TOKEN" } }),
    ).toEqual({
      ok: "s3cret",
    });
    const absent = await ask(live, {
      capability: "secrets",
      method: "get",
      args: { name: "OTHER" },
    });
    expect(absent.error?.code).toBe("SECRET_NOT_SET");
  });

  it("refuse unknown names, prototype names and wrong arguments", async () => {
    const live = await install();
    const code = async (capability: string, method: string, args: unknown = {}) =>
      (await ask(live, { capability, method, args })).error?.code;
    expect(await code("nothing", "get")).toBe("CAPABILITY_UNKNOWN");
    expect(await code("constructor", "name")).toBe("CAPABILITY_UNKNOWN");
    expect(await code("state", "constructor")).toBe("CAPABILITY_UNKNOWN");
    expect(await code("state", "__proto__")).toBe("CAPABILITY_UNKNOWN");
    expect(await code("state", "get", { key: 7 })).toBe("CAPABILITY_INPUT_INVALID");
    expect(await code("state", "get", { key: "a", extra: 1 })).toBe("CAPABILITY_INPUT_INVALID");
    expect(await code("state", "put", { key: "a" })).toBe("CAPABILITY_INPUT_INVALID");
  });

  it("refuse another app's handle, an ended call's and a made-up one", async () => {
    const mine = await install();
    const theirs = await install();
    const state = { capability: "state", method: "get", args: { key: "a" } };
    const stolen = (await ask(theirs, { give: "handle" })) as unknown as string;
    expect(stolen).toMatch(/^[0-9a-f]{32}$/);
    expect((await ask(mine, { ...state, handle: stolen })).error?.code).toBe("HANDLE_INVALID");
    expect((await ask(mine, { ...state, handle: "0".repeat(32) })).error?.code).toBe(
      "HANDLE_INVALID",
    );
    const own = (await ask(mine, { give: "handle" })) as unknown as string;
    expect(await ask(mine, { ...state, handle: own })).toEqual({ ok: null });
    plane.rig.clock.advance(60_001);
    expect((await ask(mine, { ...state, handle: own })).error?.code).toBe("HANDLE_INVALID");
    expect(await ask(mine, { ...state, handle: null })).toEqual({ ok: null });
    expect((await plane.rig.metering.read(mine.id)).deniedCalls).toBe(3);
  });

  it("stop with the grant and with the installation, while a call runs", async () => {
    const live = await install();
    plane.rig.directory.set({ ...live, state: "suspended" });
    const question = {
      cellId: "c",
      handle: null,
      capability: "state",
      method: "get",
      args: { key: "a" },
    };
    const isolateKey = `${live.id}@x@y`;
    await expect(plane.rig.gateway.call({ ...question, isolateKey })).rejects.toMatchObject({
      code: "INSTALLATION_STATE",
    });
  });

  it("run hooks before the app serves, on the installation's behalf, and only while they run", async () => {
    const live = await install({ state: "installing" });
    await plane.functions.load(live);
    const result = await plane.functions.runHook(live, "install", { rows: 2 });
    expect(result).toEqual({ isDefined: true, result: { seeded: true } });
    plane.rig.directory.set({ ...live, state: "running" });
    expect(
      await ask(live, { capability: "state", method: "get", args: { key: "seed" } }),
    ).toMatchObject({
      ok: { value: { rows: 2 } },
    });
    expect(await plane.functions.runHook(live, "uninstall", null)).toMatchObject({
      isDefined: false,
    });
    await expect(plane.functions.runHook(live, "configure", null)).rejects.toMatchObject({
      code: "FUNCTION_THREW",
    });
    plane.rig.directory.set({ ...live, state: "installing" });
    await expect(
      plane.rig.gateway.call({
        ...{ cellId: "c", isolateKey: `${live.id}@x@y`, handle: null },
        ...{ capability: "state", method: "get", args: { key: "seed" } },
      }),
    ).rejects.toMatchObject({ code: "INSTALLATION_STATE" });
  });

  it("tell healthy from unhealthy", async () => {
    await plane.functions.checkHealth(await install({ state: "loading" }));
    const byPath = (status: number) =>
      plane.install(
        { "server.js": `export default { fetch: () => new Response("", { status: ${status} }) }` },
        { state: "loading", manifest: { health: { path: "/health" } } },
      );
    await plane.functions.checkHealth(await byPath(204));
    const unhealthy = { code: "HEALTH_CHECK_FAILED" };
    await expect(plane.functions.checkHealth(await byPath(500))).rejects.toMatchObject(unhealthy);
    const sick = await plane.install({
      "server.js": `export default { fetch() {}, [Symbol.for("berth.hooks")]: { health: () => false } }`,
    });
    await expect(plane.functions.checkHealth(sick)).rejects.toMatchObject(unhealthy);
    const slow = await plane.install(
      {
        "server.js":
          "export default { fetch: () => new Promise((resolve) => setTimeout(resolve, 60_000)) }",
      },
      { manifest: { health: { path: "/health", timeoutMs: 200 } } },
    );
    await expect(plane.functions.checkHealth(slow)).rejects.toMatchObject(unhealthy);
    const broken = await plane.install({ "server.js": "export default {" });
    await expect(plane.functions.checkHealth(broken)).rejects.toMatchObject(unhealthy);
  });

  it("let the app's fetch reach granted public hosts only", async () => {
    const live = await install({
      grants: [
        { type: "api", resource: "*", actions: ["read", "write"] },
        { type: "network", resource: "127.0.0.1", actions: ["connect"] },
      ],
    });
    expect((await ask(live, { fetch: "http://localhost/" })) as object).toMatchObject({
      error: expect.stringContaining("EGRESS_DENIED"),
    });
    expect((await ask(live, { fetch: "http://127.0.0.1/" })) as object).toMatchObject({
      error: expect.stringContaining("EGRESS_DENIED"),
    });
  });

  it("are reached by a view with its token, within what views may", async () => {
    const live = await install({
      grants: [{ type: "data", resource: "state/shared/*", actions: ["read"] }],
    });
    const view = async (capability: string, method: string, args: unknown) => {
      const path = `/.berth/capabilities/${capability}/${method}`;
      const answer = await plane.call(live, path, {
        method: "POST",
        body: JSON.stringify({ args }),
      });
      return (answer.json as { ok?: unknown; code?: string }).code ?? "ok";
    };
    expect(await view("log", "write", { level: "info", message: "from the view" })).toBe("ok");
    expect(await view("state", "get", { key: "shared/a" })).toBe("ok");
    expect(await view("state", "list", { prefix: "shared/" })).toBe("ok");
    expect(await view("state", "list", { prefix: "" })).toBe("PERMISSION_DENIED");
    expect(await view("state", "get", { key: "private" })).toBe("PERMISSION_DENIED");
    expect(await view("state", "put", { key: "shared/a", value: 1 })).toBe("PERMISSION_DENIED");
    expect(await view("secrets", "get", { name: "TOKEN" })).toBe("PERMISSION_DENIED");
    expect(await view("config", "get", {})).toBe("PERMISSION_DENIED");
    expect((await plane.rig.metering.read(live.id)).deniedCalls).toBe(5);
    const entries = await plane.rig.insight.list(live.id, 10);
    expect(entries.filter(({ source }) => source === "berth")).toHaveLength(5);
    expect(entries).toContainEqual(
      expect.objectContaining({ source: "view", message: "from the view" }),
    );
  });

  it("keep a new configuration's isolate apart from the old one's, which is let go", async () => {
    const live = await install({ config: { size: 1 } });
    await plane.functions.load(live);
    const changed = { ...live, config: { size: 2 }, configHash: "fedcba9876543210" };
    await plane.functions.load(changed);
    plane.rig.directory.set(changed);
    expect(await ask(changed, { capability: "config", method: "get", args: {} })).toEqual({
      ok: { size: 2 },
    });
    await plane.functions.release(live.id);
    expect(plane.functions.usage(live.id)).toBeUndefined();
  });
});
