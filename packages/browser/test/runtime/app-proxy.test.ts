/** What an app's proxy is made of: the platform's keys and tokens go to the platform alone. */
import { parseManifest } from "@berth/protocol";
import { expect, it } from "vitest";
import { PermissionManager } from "../../src/permissions/permission-manager.ts";
import type { APIDialect } from "../../src/proxy/api-dialect.ts";
import { createAppProxy } from "../../src/runtime/app-proxy.ts";
import type { AppApi } from "../../src/runtime/app-source.ts";
import { resolveConfig } from "../../src/runtime/config.ts";
import { all, get, openPlatform } from "../proxy/platform.ts";

const manifest = parseManifest({
  ...{ id: "a", name: "A", version: "1.0.0", description: "a", entryPoint: "a.js" },
});
const dialect: APIDialect = {
  headers: { "x-platform-key": "key" },
  tokenHeaders: (token) => ({ "x-platform-token": token }),
  isTokenRefused: ({ status }) => status === 403,
};

async function open(api: (origin: string) => AppApi | undefined) {
  const platform = await openPlatform(({ headers }, response) => {
    const isOld = headers["x-platform-token"] === "crm old";
    response.writeHead(isOld ? 403 : 200, { "content-type": "text/plain" }).end("fine");
  });
  const { baseURL } = platform;
  const used = api(baseURL);
  const proxy = createAppProxy({
    instance: "crm",
    source: {
      ...{ manifest, bundle: { code: "" }, frame: { srcdoc: true }, grants: [] },
      ...(used === undefined ? {} : { api: used }),
    },
    config: resolveConfig({
      apiProxyConfig: { baseURL, dialect, assumedFreshMs: 60_000 },
      platformToken: async (instance, refused) =>
        `${instance} ${refused === undefined ? "old" : "new"}`,
    }),
    manifest,
    permissions: new PermissionManager({ grants: [all] }),
  });
  if (proxy === undefined) throw new Error("there is something to call");
  return { proxy, seen: platform.seen };
}

it("speaks to the platform in its own headers, with a token for this instance", async () => {
  const { proxy, seen } = await open(() => undefined);
  expect(await proxy.fetch(get("/api/x"))).toMatchObject({ status: 200 });
  expect(seen.map(({ headers }) => headers["x-platform-token"])).toEqual(["crm old", "crm new"]);
  expect(seen[0]?.headers).toMatchObject({ "x-platform-key": "key" });
  expect(seen[0]?.headers.authorization).toBeUndefined();
  // Kept, since the platform says nothing of its age.
  await proxy.fetch(get("/api/x"));
  expect(seen).toHaveLength(2);
});

it("gives an app's own function none of that", async () => {
  const { proxy, seen } = await open((origin) => ({ origin, token: async () => "view" }));
  for (const _twice of [1, 2]) await proxy.fetch(get("/api/x"));
  expect(seen).toHaveLength(2);
  for (const { headers } of seen) {
    expect(Object.keys(headers).filter((name) => name.startsWith("x-platform"))).toEqual([]);
    expect(headers.authorization).toBe("Bearer view");
  }
});
