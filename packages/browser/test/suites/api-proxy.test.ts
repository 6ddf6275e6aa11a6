/**
 * A20, API proxy: by its public names, against a real server. What one call may send and receive is
 * in test/proxy/api-proxy.test.ts; here is what it asks permission for, and how it waits.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ViewFetch } from "@berth/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { APIProxy, type APIProxyConfig, PermissionManager } from "../../src/index.ts";
import { createManualClock } from "../manual-clock.ts";

let answer: (request: IncomingMessage, response: ServerResponse, count: number) => void;
let seen: string[] = [];
let baseURL = "";
const server = createServer((request, response) => {
  seen.push(`${request.method} ${request.url}`);
  answer(request, response, seen.length);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/parse`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  seen = [];
  answer = (_request, response) => response.end("{}");
});

function open(
  actions: readonly ("read" | "write")[],
  config: Partial<APIProxyConfig> = {},
  onWait: (ms: number) => void = () => {},
) {
  const manual = createManualClock();
  const clock = {
    ...manual,
    after(ms: number, callback: () => void) {
      const cancel = manual.after(ms, callback);
      onWait(ms);
      return cancel;
    },
  };
  const permissions = new PermissionManager({
    grants: [{ id: "g", type: "api", resource: "/classes/*", actions: [...actions] }],
  });
  return {
    ...{ clock, permissions },
    proxy: new APIProxy({ config: { baseURL, ...config }, permissions, clock }),
  };
}

const call = (method: ViewFetch["method"]): ViewFetch => ({
  ...{ method, path: "/classes/Order", headers: [] },
  body: method === "GET" || method === "HEAD" ? null : "{}",
});

describe("the API proxy", () => {
  it.each([
    ["GET", "read"],
    ["HEAD", "read"],
    ["POST", "write"],
    ["PUT", "write"],
    ["PATCH", "write"],
  ] as const)("takes %s for %s", async (method, action) => {
    const other = action === "read" ? "write" : "read";
    await expect(open([other]).proxy.fetch(call(method))).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
    expect(seen).toEqual([]);
    await expect(open([action]).proxy.fetch(call(method))).resolves.toMatchObject({ status: 200 });
    expect(seen).toEqual([`${method} /parse/classes/Order`]);
  });

  it("records each attempt with its permission manager", async () => {
    const { proxy, permissions } = open(["read"]);
    await proxy.fetch(call("GET"));
    await proxy.fetch(call("POST")).catch(() => {
      // Refused, which is what is counted.
    });
    expect(permissions.counts).toEqual({ allowed: 1, denied: 1 });
  });

  it("waits as long as Retry-After says before it tries a read again", async () => {
    answer = (_request, response, count) =>
      response.writeHead(count === 1 ? 503 : 200, count === 1 ? { "retry-after": "3" } : {}).end();
    const waits = Promise.withResolvers<void>();
    const { proxy, clock } = open(["read"], {}, (ms) => {
      if (ms === 3_000) waits.resolve();
    });
    const pending = proxy.fetch(call("GET"));
    await waits.promise;
    clock.advance(2_999);
    expect(seen).toHaveLength(1);
    clock.advance(1);
    expect(await pending).toMatchObject({ status: 200 });
    expect(seen).toHaveLength(2);
  });

  it("gives up at once when the view that asked has ended", async () => {
    const arrived = Promise.withResolvers<void>();
    answer = () => arrived.resolve();
    const ending = new AbortController();
    const pending = open(["read"]).proxy.fetch(call("GET"), ending.signal);
    await arrived.promise;
    ending.abort(new Error("the view ended"));
    await expect(pending).rejects.toBeDefined();
    expect(seen).toHaveLength(1);
  });

  it("lets the next window's calls pass once the window has gone by", async () => {
    const { proxy, clock } = open(["read"], { maxRequestsPerWindow: 1, rateLimitWindow: 1_000 });
    await proxy.fetch(call("GET"));
    await expect(proxy.fetch(call("GET"))).rejects.toMatchObject({ code: "RATE_LIMITED" });
    clock.advance(1_001);
    await expect(proxy.fetch(call("GET"))).resolves.toMatchObject({ status: 200 });
  });
});
