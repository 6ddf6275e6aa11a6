import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DataPlane, openDataPlane, productOrigin } from "./rig.ts";

const echo = `
export default {
  async fetch(request, env, ctx) {
    return Response.json({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body: await request.text(),
      berth: { ...ctx.props.berth, handle: typeof ctx.props.berth.handle },
      config: env.CONFIG,
    });
  },
};`;

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly berth: Record<string, unknown>;
  readonly config: unknown;
}

describe("a function's host", () => {
  let plane: DataPlane;
  beforeAll(async () => {
    plane = await openDataPlane();
  });
  afterAll(() => plane[Symbol.asyncDispose]());

  it("answers with the function, which is told who calls and on whose behalf", async () => {
    const live = await plane.install({ "server.js": echo }, { config: { greeting: "hi" } });
    const answer = await plane.call(live, "/api/notes?q=1", {
      method: "POST",
      body: "hello",
      headers: { "content-type": "text/plain", "accept-language": "pt-BR,pt;q=0.9" },
    });
    expect(answer.status).toBe(200);
    const seen = answer.json as Echo;
    expect(seen).toMatchObject({ method: "POST", body: "hello", config: { greeting: "hi" } });
    expect(seen.berth).toMatchObject({
      installation: live.id,
      member: "member-1",
      organization: { name: "Acme" },
      locale: "pt-BR",
      handle: "string",
      requestId: answer.headers["berth-request-id"],
    });
    expect(new URL(seen.url).host).toBe(`${live.id}.apps.localhost:${plane.door.port}`);
  });

  it("keeps the token, the page's cookies and forged headers from the function", async () => {
    const live = await plane.install({ "server.js": echo });
    const answer = await plane.call(live, "/", {
      headers: {
        cookie: "session=secret; __Host-theme=dark; other=1",
        "berth-cell": "{}",
        "Berth-Member": "admin",
        "x-forwarded-for": "1.2.3.4",
        referer: "http://localhost/console",
        connection: "x-hop",
        "x-hop": "1",
        "x-custom": "kept",
      },
    });
    const { headers } = answer.json as Echo;
    expect(headers.cookie).toBe("__Host-theme=dark");
    expect(headers["x-custom"]).toBe("kept");
    const names = Object.keys(headers);
    expect(
      names.filter((name) => /^berth-|authorization|forwarded|referer|x-hop/.test(name)),
    ).toEqual([]);
  });
  it("asks for a token of this installation, unexpired and unforged", async () => {
    const live = await plane.install({ "server.js": echo });
    const other = await plane.install({ "server.js": echo });
    const good = plane.tokenOf(live);
    const forged = `${good.slice(0, -2)}${good.endsWith("AA") ? "BB" : "AA"}`;
    for (const authorization of [
      "",
      "Bearer x",
      `Bearer ${plane.tokenOf(other)}`,
      `Bearer ${forged}`,
    ]) {
      const answer = await plane.call(live, "/", { headers: { authorization } });
      expect(answer.status, authorization).toBe(401);
      expect(answer.json).toMatchObject({ code: "AUTH_REQUIRED" });
    }
    expect(
      (await plane.call(live, "/", { headers: { authorization: `Bearer ${good}` } })).status,
    ).toBe(200);
    plane.rig.clock.advance(300_001);
    expect(
      (await plane.call(live, "/", { headers: { authorization: `Bearer ${good}` } })).status,
    ).toBe(401);
  });

  it("decides by the grants, path by path and method by method", async () => {
    const live = await plane.install(
      { "server.js": echo },
      { grants: [{ type: "api", resource: "/api/notes/*", actions: ["read"] }] },
    );
    const status = async (path: string, method = "GET") =>
      (await plane.call(live, path, { method })).status;
    expect(await status("/api/notes/7")).toBe(200);
    expect(await status("/api/notes/7", "DELETE")).toBe(403);
    expect(await status("/api/other")).toBe(403);
    for (const path of [
      "/api/notes/../other",
      "/api/notes/%2e%2e/other",
      "/api/notes/%2fx",
      "//api/notes/x",
    ]) {
      expect(await status(path), path).toBe(400);
    }
    const before = (await plane.rig.metering.read(live.id)).deniedCalls;
    expect(before).toBe(2);
    const logged = await plane.rig.insight.list(live.id, 10);
    expect(logged.map((entry) => entry.message).join()).toContain("api write of /api/notes/7");
  });

  it("does not serve a suspended installation", async () => {
    const live = await plane.install({ "server.js": echo });
    plane.rig.directory.set({ ...live, state: "suspended", stateReason: "too loud" });
    const answer = await plane.call(live, "/");
    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({ code: "INSTALLATION_STATE" });
    expect(answer.body).toContain("too loud");
  });

  it("answers preflights itself, for the product's and the console's pages only", async () => {
    const live = await plane.install({ "server.js": "export default { fetch() { throw 1 } }" });
    const preflight = (origin: string) =>
      plane.call(live, "/api/x", {
        method: "OPTIONS",
        headers: {
          origin,
          authorization: "",
          "access-control-request-method": "PUT",
          "access-control-request-headers": "authorization, content-type",
        },
      });
    const ours = await preflight(productOrigin);
    expect(ours.status).toBe(204);
    expect(ours.headers["access-control-allow-origin"]).toBe(productOrigin);
    expect(ours.headers["access-control-allow-headers"]).toContain("authorization");
    expect(ours.headers["access-control-allow-credentials"]).toBeUndefined();
    for (const origin of ["https://evil.example", "null", `http://${live.id}.frames.localhost`]) {
      const refused = await preflight(origin);
      expect(refused.headers["access-control-allow-origin"], origin).toBeUndefined();
    }
  });

  it("refuses service worker scripts and unknown methods", async () => {
    const live = await plane.install({ "server.js": echo });
    const script = await plane.call(live, "/sw.js", { headers: { "service-worker": "script" } });
    expect(script.status).toBe(403);
    expect((await plane.call(live, "/", { method: "PROPFIND" })).status).toBe(400);
  });

  it("counts requests, failures and latencies", async () => {
    const live = await plane.install({
      "server.js":
        "export default { fetch: (r) => { if (r.url.endsWith('bad')) throw new Error('no'); return new Response('x'.repeat(1000)); } }",
    });
    await plane.call(live, "/good");
    await plane.call(live, "/bad");
    // Counted when the answer has left, which its reader may know first.
    const read = () => plane.rig.metering.read(live.id);
    await expect.poll(read).toMatchObject({ requests: 2, failedRequests: 1 });
    await plane.rig.metering.flush();
    const usage = await read();
    expect(usage.bytesOut).toBeGreaterThan(1_000);
    expect(usage.p50Ms).toBeGreaterThan(0);
    expect(plane.functions.usage(live.id)?.memoryBytes).toBeGreaterThan(1_000_000);
  });
});
