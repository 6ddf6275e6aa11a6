import { createHash } from "node:crypto";
import { parseAppName } from "@berth/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPermissivePublishers } from "../../src/compose/permissive-publishers.ts";
import type { ApiContext } from "../../src/http/api.ts";
import { createFrames } from "../../src/runtime/frames.ts";
import { viewHandlers } from "../../src/runtime/routes.ts";
import { send } from "./client.ts";
import { type DataPlane, openDataPlane, productOrigin } from "./rig.ts";

const view = "export default () => 'the view';\n";
const files = {
  "view.js": view,
  "server.js": "export default { fetch: () => new Response('hi') }",
};

describe("frames and views", () => {
  let plane: DataPlane;
  beforeAll(async () => {
    plane = await openDataPlane();
  });
  afterAll(() => plane[Symbol.asyncDispose]());
  const get = (id: string, path: string, headers: Record<string, string> = {}, method = "GET") =>
    send({ port: plane.door.port, host: `${id}.frames.localhost`, path, headers, method });

  it("serve a document that holds only the bootstrap, locked to its hash and to our pages", async () => {
    const live = await plane.install(files);
    const answer = await get(live.id, `/frame?host=${encodeURIComponent(productOrigin)}`);
    expect(answer.status).toBe(200);
    const script = /<script>([\s\S]*)<\/script>/.exec(answer.body)?.[1] ?? "";
    const hash = createHash("sha256").update(script).digest("base64");
    const policy = String(answer.headers["content-security-policy"]);
    expect(policy).toContain(`script-src 'sha256-${hash}'`);
    for (const part of [
      "sandbox allow-scripts;",
      "default-src 'none'",
      "webrtc 'block'",
      "worker-src blob:",
    ]) {
      expect(policy).toContain(part);
    }
    const ancestors = /frame-ancestors ([^;]*)/.exec(policy)?.[1]?.split(" ");
    const port = plane.door.port;
    expect(ancestors).toEqual([
      `http://localhost:${port}`,
      `http://127.0.0.1:${port}`,
      productOrigin,
    ]);
    expect(answer.body).toContain(`<meta name="berth-host" content="${productOrigin}">`);
    expect(answer.body.match(/<script/g)).toHaveLength(1);
  });

  it("let the metered engine into the frame of an app that asks for it, and of no other", async () => {
    const path = `/frame?host=${encodeURIComponent(productOrigin)}&engine=quickjs`;
    const metered = await plane.install(files, { manifest: { runtime: { engine: "quickjs" } } });
    const policy = String((await get(metered.id, path)).headers["content-security-policy"]);
    expect(policy).toMatch(/script-src 'sha256-[^']+' 'wasm-unsafe-eval';/);
    const native = await plane.install(files);
    expect((await get(native.id, path)).status).toBe(404);
    const plain = await get(native.id, path.replace("&engine=quickjs", ""));
    expect(plain.headers["content-security-policy"]).not.toContain("wasm");
  });

  it("serve an app of its own HTML a frame whose policy names its granted domains, and no other app", async () => {
    const manifest = { security: { sandboxLevel: "moderate" }, ui: { mode: "html" } } as const;
    const live = await plane.install(files, {
      manifest,
      grants: [
        { type: "network", resource: "api.weather.example", actions: ["connect"] },
        { type: "api", resource: "*", actions: ["read"] },
      ],
    });
    const path = `/html?host=${encodeURIComponent(productOrigin)}`;
    const answer = await get(live.id, path);
    expect(answer.status).toBe(200);
    const policy = String(answer.headers["content-security-policy"]);
    expect(policy).toMatch(/^sandbox allow-scripts; default-src 'none'/);
    expect(policy).toContain("connect-src https://api.weather.example wss://api.weather.example;");
    expect(policy).toContain("frame-src 'none'");
    expect(policy).toMatch(/frame-ancestors .*http/);
    expect(answer.headers["connection-allowlist"]).toBe(
      '("https://api.weather.example" "wss://api.weather.example")',
    );
    expect(answer.body).toContain("<script>globalThis.isProxy = true;</script>");
    expect((await get(live.id, "/html?host=https://evil.example")).status).toBe(403);
    const catalogApp = await plane.install(files);
    expect((await get(catalogApp.id, path)).status).toBe(404);
  });

  it("frame for nobody but the product and the console", async () => {
    const live = await plane.install(files);
    const port = plane.door.port;
    expect((await get(live.id, `/frame?host=http://localhost:${port}`)).status).toBe(200);
    for (const host of [
      "https://evil.example",
      `${productOrigin}/`,
      `${productOrigin}.evil.example`,
      "null",
      "*",
      `"><script>alert(1)</script>`,
      `http://${live.id}.apps.localhost:${port}`,
      "",
    ]) {
      const answer = await get(live.id, `/frame?host=${encodeURIComponent(host)}`);
      expect(answer.status, host).toBe(403);
      expect(answer.headers["content-type"]).toBe("application/json");
    }
    expect((await get(live.id, "/frame")).status).toBe(403);
  });

  it("serve the view's bundle by its digest and nothing else", async () => {
    const live = await plane.install(files);
    const sha256 = createHash("sha256").update(view).digest("hex");
    const path = `/bundle/${sha256}.js`;
    const answer = await get(live.id, path, { origin: productOrigin });
    expect(answer.body).toBe(view);
    expect(answer.headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "x-content-type-options": "nosniff",
      "access-control-allow-origin": productOrigin,
      vary: "origin",
    });
    expect(answer.headers["cache-control"]).toContain("immutable");
    expect(answer.headers["content-security-policy"]).toContain("sandbox");
    const foreign = await get(live.id, path, { origin: "https://evil.example" });
    expect(foreign.headers["access-control-allow-origin"]).toBeUndefined();
    expect((await get(live.id, path, {}, "HEAD")).body).toBe("");
    for (const [other, method, headers] of [
      [`/bundle/${"0".repeat(64)}.js`, "GET", {}],
      ["/server.js", "GET", {}],
      ["/bundle/../server.js", "GET", {}],
      ["/", "GET", {}],
      ["/berth.json", "GET", {}],
      [path, "POST", {}],
      [path, "GET", { "service-worker": "script" }],
    ] as const) {
      expect((await get(live.id, other, headers, method)).status, `${method} ${other}`).toBe(404);
    }
    plane.rig.directory.set({ ...live, state: "suspended" });
    expect((await get(live.id, path)).status).toBe(404);
  });

  it("serve the listed files of a federated app, the images beside them, and nothing else of it", async () => {
    const list = JSON.stringify({
      remote: 1,
      name: "orders",
      entry: "entry.js",
      files: { "entry.js": { digest: "0".repeat(64), bytes: 1 } },
    });
    const remote = {
      ...{ "ui/remote.json": list, "ui/entry.js": "export {};", "ui/logo.png": "png" },
      ...{ "ui/other.js": "no", "logo.png": "no", "server.js": "no" },
    };
    const manifest = {
      entryPoint: "ui/remote.json",
      ui: { mode: "federated" },
      security: { sandboxLevel: "permissive" },
    } as const;
    const acme = { app: parseAppName("acme/orders"), manifest };
    const live = await plane.install(remote, acme);
    const sha256 = createHash("sha256").update(list).digest("hex");
    const ask = (path: string, digest = sha256) => get(live.id, `/remote/${digest}/${path}`);
    const answer = await ask("ui/entry.js");
    expect(answer.body).toBe("export {};");
    expect(answer.headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    });
    expect((await ask("ui/remote.json")).body).toBe(list);
    expect((await ask("ui/logo.png")).headers["content-type"]).toBe("image/png");
    for (const path of [
      "ui/other.js",
      "logo.png",
      "server.js",
      "berth.json",
      "ui/",
      "ui/../server.js",
      "constructor",
    ])
      expect((await ask(path)).status, path).toBe(404);
    expect((await ask("ui/entry.js", "0".repeat(64))).status).toBe(404);
    const strict = await plane.install({ ...remote, "view.js": view });
    const digest = createHash("sha256").update(view).digest("hex");
    expect((await get(strict.id, `/remote/${digest}/view.js`)).status).toBe(404);

    const grants = [{ type: "ui", resource: "act-as-member", actions: ["show"] }] as const;
    const asMember = grants.map((grant) => ({ ...grant, actions: [...grant.actions] }));
    const allowed = await plane.install(remote, { ...acme, grants: asMember });
    expect((await open(allowed.id)).manifest).toMatchObject({ publisher: "acme" });
    const stranger = await plane.install(remote, { manifest, grants: asMember });
    await expect(open(stranger.id)).rejects.toMatchObject({ code: "PERMISSIVE_NOT_ALLOWED" });
    const unasked = await plane.install(remote, { ...acme, grants: [] });
    await expect(open(unasked.id)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  });

  it("refuse a bootstrap that could end its own script element", () => {
    for (const bootstrap of ["x = '</script>'", "<!-- x", "\0"]) {
      const make = () =>
        createFrames({ ...plane, ...plane.rig, logger: plane.rig.ground.logger, bootstrap });
      expect(make).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
    }
  });

  const context = (
    origin: string | null = null,
    changes: Partial<ApiContext> = {},
  ): ApiContext => ({
    caller: {
      kind: "person",
      personId: "p1",
      name: "Ana",
      email: "ana@acme.example",
      by: "session",
      isOperator: false,
      operatorPermissions: new Set(),
    },
    organization: {
      id: "org1",
      slug: "acme",
      name: "Acme",
      role: "member",
      permissions: new Set(),
    },
    ...{ publisher: null, requestId: "req-1", address: null, lastEventId: null },
    request: new Request("http://localhost/", origin === null ? {} : { headers: { origin } }),
    signal: new AbortController().signal,
    setCookies: () => undefined,
    ...changes,
  });
  const { requirePermissive } = createPermissivePublishers(["acme"]);
  const handlers = () =>
    viewHandlers({
      ...plane,
      ...plane.rig,
      requirePermissive,
      pseudonym: (id, person) => `${person} in ${id}`,
    });
  const open = (id: string, instance?: string, given = context()) =>
    handlers().openView(
      {
        params: { organization: "acme", installation: id },
        query: undefined,
        body: instance === undefined ? {} : { instance },
      },
      given,
    );

  it("open with a token that works for this function and no other", async () => {
    const { personId = "" } = context().caller ?? {};
    plane.rig.standings.set(`org1 ${personId}`, { roles: ["member"], groups: [] });
    plane.rig.subjects.invalidate("org1", personId);
    const live = await plane.install(files);
    const other = await plane.install(files);
    const opened = await open(live.id, undefined, context(productOrigin));
    expect(opened.frameUrl).toBe(
      `http://${live.id}.frames.localhost:${plane.door.port}/frame?host=${encodeURIComponent(productOrigin)}`,
    );
    expect((await get(live.id, new URL(opened.bundle.url).pathname)).body).toBe(view);
    const authorization = `Bearer ${opened.token}`;
    expect((await plane.call(live, "/x", { headers: { authorization } })).body).toBe("hi");
    expect((await plane.call(other, "/x", { headers: { authorization } })).status).toBe(401);
    expect(Date.parse(opened.expiresAt) - plane.rig.clock.now()).toBeLessThanOrEqual(300_000);
    const again = await open(live.id, opened.instance);
    expect(again.instance).toBe(opened.instance);
    expect((await open(live.id, "made-up.name")).instance).not.toBe("made-up.name");
    expect((await open(other.id, opened.instance)).instance).not.toBe(opened.instance);
    const stranger = await open(live.id, undefined, context("https://evil.example"));
    expect(stranger.frameUrl).toContain(encodeURIComponent(`http://localhost:${plane.door.port}`));
  });

  it("open only in their own organization and while the installation serves", async () => {
    const live = await plane.install(files);
    const elsewhere = context(null, {
      organization: {
        id: "org2",
        slug: "other",
        name: "Other",
        role: "owner",
        permissions: new Set(),
      },
    });
    await expect(open(live.id, undefined, elsewhere)).rejects.toMatchObject({
      code: "INSTALLATION_NOT_FOUND",
    });
    plane.rig.directory.set({ ...live, state: "suspended" });
    await expect(open(live.id)).rejects.toMatchObject({ code: "INSTALLATION_STATE" });
    const blind = await plane.install(
      { "server.js": files["server.js"] },
      { manifest: { entryPoint: "other.js" } },
    );
    await expect(open(blind.id)).rejects.toMatchObject({ code: "VIEW_LOAD_FAILED" });
  });

  it("do not open at a level that the operator does not allow, installed or not", async () => {
    const manifest = { security: { sandboxLevel: "permissive" }, ui: { mode: "html" } } as const;
    const live = await plane.install(files, { manifest });
    await expect(open(live.id)).rejects.toMatchObject({ code: "PERMISSIVE_NOT_ALLOWED" });
    const sha256 = createHash("sha256").update(view).digest("hex");
    const path = `/html?host=${encodeURIComponent(productOrigin)}`;
    expect((await get(live.id, path)).body).toContain("PERMISSIVE_NOT_ALLOWED");
    expect((await get(live.id, `/bundle/${sha256}.js`)).body).toContain("PERMISSIVE_NOT_ALLOWED");
    expect((await plane.call(live, "/x")).body).toBe("hi");
  });
});
