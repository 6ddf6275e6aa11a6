import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ViewFetch } from "@berth/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import { PermissionManager } from "../../src/permissions/permission-manager.ts";
import { APIProxy, type TokenSource } from "../../src/proxy/api-proxy.ts";
import type { APIProxyConfig } from "../../src/proxy/api-proxy-config.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

async function open(
  answer: Answer,
  config: Partial<APIProxyConfig> = {},
  token?: TokenSource,
): Promise<{ proxy: APIProxy; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const permissions = new PermissionManager({
    grants: [{ id: "g", type: "api", resource: "/api/*", actions: ["read", "write"] }],
  });
  const proxy = new APIProxy({
    config: { baseURL: `http://127.0.0.1:${port}/base`, ...config },
    permissions,
    random: () => 0,
    ...(token === undefined ? {} : { token }),
  });
  return { proxy, seen };
}

const get = (path: string): ViewFetch => ({ method: "GET", path, headers: [], body: null });
const post = (path: string): ViewFetch => ({ method: "POST", path, headers: [], body: "{}" });
const ok: Answer = (_request, response) => response.end("fine");

describe("the API proxy", () => {
  it("calls below its base address and hands over status, headers and text", async () => {
    const { proxy, seen } = await open((_request, response) => {
      response.writeHead(201, { "content-type": "text/plain", "set-cookie": "a=1", etag: "x" });
      response.end("made");
    });
    const answer = await proxy.fetch(get("/api/orders?limit=2"));
    expect(seen[0]?.url).toBe("/base/api/orders?limit=2");
    expect(answer).toMatchObject({ status: 201, body: "made" });
    expect(answer.headers.map(([name]) => name).sort()).toEqual(["content-type", "etag"]);
  });

  it.each([
    "/api/../admin",
    "//evil.example/api/x",
    "/api/%2e%2e/admin",
    "/api\\..\\x",
    "api/x",
    "/admin",
  ])("refuses the path %s before anything is sent", async (path) => {
    const { proxy, seen } = await open(ok);
    await expect(proxy.fetch(get(path))).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:REQUEST_INVALID|PERMISSION_DENIED)$/),
    });
    expect(seen).toHaveLength(0);
  });

  it.each(["Authorization", "Cookie", "Berth-Member", "X-Forwarded-For", "X-HTTP-Method-Override"])(
    "does not let a view send %s",
    async (name) => {
      const { proxy, seen } = await open(ok);
      const request = { ...get("/api/x"), headers: [[name, "x"] as [string, string]] };
      await expect(proxy.fetch(request)).rejects.toThrow(name);
      expect(seen).toHaveLength(0);
    },
  );

  it("retries a read that may pass, and never a write", async () => {
    const failing: Answer = (_request, response, count) => {
      response.writeHead(count < 3 ? 503 : 200).end();
    };
    const read = await open(failing, { retryAttempts: 2 });
    expect(await read.proxy.fetch(get("/api/x"))).toMatchObject({ status: 200 });
    expect(read.seen).toHaveLength(3);
    const write = await open(failing, { retryAttempts: 2 });
    expect(await write.proxy.fetch(post("/api/x"))).toMatchObject({ status: 503 });
    expect(write.seen).toHaveLength(1);
  });

  it("renews a refused token once, and sends the call again", async () => {
    const tokens = ["old", "new"];
    const refusals: (string | undefined)[] = [];
    const { proxy, seen } = await open(
      (request, response) => {
        response.writeHead(request.headers.authorization === "Bearer new" ? 200 : 401).end();
      },
      {},
      async (refused) => {
        refusals.push(refused);
        return tokens[refusals.length - 1] ?? "new";
      },
    );
    expect(await proxy.fetch(post("/api/x"))).toMatchObject({ status: 200 });
    expect(refusals).toEqual([undefined, "old"]);
    expect(seen).toHaveLength(2);
  });

  it("gives up a call whose body never ends", async () => {
    const { proxy } = await open(
      (_request, response) => {
        response.write("begun");
      },
      { timeout: 100, retryAttempts: 0 },
    );
    await expect(proxy.fetch(get("/api/x"))).rejects.toMatchObject({ code: "REQUEST_TIMEOUT" });
  });

  it("takes an answer of the largest size and refuses one byte more", async () => {
    const { proxy } = await open((_request, response) => response.end("0123456789"), {
      maxAnswerBytes: 10,
    });
    expect((await proxy.fetch(get("/api/x"))).body).toHaveLength(10);
    const { proxy: narrow } = await open((_request, response) => response.end("0123456789"), {
      maxAnswerBytes: 9,
    });
    await expect(narrow.fetch(get("/api/x"))).rejects.toMatchObject({
      code: "SANDBOX_RESPONSE_TOO_LARGE",
    });
  });

  it("follows no redirect", async () => {
    const { proxy, seen } = await open(
      (_request, response) => response.writeHead(302, { location: "/base/api/other" }).end(),
      { retryAttempts: 0 },
    );
    await expect(proxy.fetch(get("/api/x"))).rejects.toMatchObject({ code: "SERVER_UNREACHABLE" });
    expect(seen).toHaveLength(1);
  });

  it("keeps the window and says when the next call is possible", async () => {
    const { proxy } = await open(ok, { maxRequestsPerWindow: 2, rateLimitWindow: 60_000 });
    await proxy.fetch(get("/api/x"));
    await proxy.fetch(get("/api/x"));
    await expect(proxy.fetch(get("/api/x"))).rejects.toMatchObject({
      code: "RATE_LIMITED",
      details: { retryAfterMs: expect.any(Number) },
    });
  });
});
