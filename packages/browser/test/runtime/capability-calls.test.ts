import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Grant } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { PermissionManager } from "../../src/permissions/permission-manager.ts";
import { createCapabilityCalls } from "../../src/runtime/capability-calls.ts";
import { openPlatform } from "../proxy/platform.ts";

const notes: Grant = {
  id: "n",
  type: "data",
  resource: "state/notes/*",
  actions: ["read", "write"],
};
const view = new AbortController().signal;
const call = (method: string, args: unknown, capability = "state") => ({
  capability,
  method,
  args,
});

function openLocal(grants: readonly Grant[] = [notes]) {
  const permissions = new PermissionManager({ grants });
  const done: unknown[] = [];
  const run = (args: unknown) => done.push(args);
  const state = { get: run, put: run, putMany: run, delete: run, list: run, compareAndSet: run };
  const local = { state, clock: { now: run } };
  return {
    permissions,
    done,
    calls: createCapabilityCalls({ local, proxy: undefined, permissions }),
  };
}

describe("a view's capability call", () => {
  it.each([
    ["get", { key: "notes/1" }],
    ["put", { key: "notes/1", value: 1 }],
    ["putMany", { entries: [{ key: "notes/1" }, { key: "notes/2" }] }],
    ["list", { prefix: "notes/" }],
    ["compareAndSet", { key: "notes/1" }],
  ])("of state.%s is decided by the keys that it names", async (method, args) => {
    const { calls, done, permissions } = openLocal();
    await calls(call(method, args), view);
    permissions.revoke("n");
    await expect(calls(call(method, args), view)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
    expect(done).toHaveLength(1);
    expect(permissions.counts.denied).toBe(1);
  });

  it.each([
    ["get", { key: "secrets/1" }],
    ["list", { prefix: "" }],
    ["list", {}],
    ["list", { prefix: "note" }],
    ["putMany", { entries: [{ key: "notes/1" }, { key: "secrets/1" }] }],
    ["delete", { key: "notes" }],
  ])("of state.%s with %j is refused beyond its grants", async (method, args) => {
    const { calls, done } = openLocal([
      { ...notes, resource: "state/notes/*/*", actions: ["read"] },
    ]);
    await expect(calls(call(method, args), view)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
    expect(done).toHaveLength(0);
  });

  it("leaves to the capability what is not plain, and records nothing that is without bounds", async () => {
    const { calls, done, permissions } = openLocal();
    const long = "x".repeat(100_000);
    await calls(call("get", { key: long }), view);
    await calls(call("get", null), view);
    await calls(call("putMany", { entries: Array(501).fill({ key: "a" }) }), view);
    await calls(call("now", {}, "clock"), view);
    expect(done).toHaveLength(4);
    expect(permissions.attempts).toEqual([]);
  });

  it("to the gateway ends at once when its grant is taken back", async () => {
    const arrived = Promise.withResolvers<ServerResponse>();
    const platform = await openPlatform((_seen, response) => arrived.resolve(response));
    const { proxy, permissions } = platform.proxy({ grants: [notes] });
    const calls = createCapabilityCalls({ local: {}, proxy, permissions });
    const read = calls(call("get", { key: "notes/1" }), view);
    const response = await arrived.promise;
    const closed = once(response, "close");
    permissions.revoke("n");
    await expect(read).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await closed;
    expect(platform.seen[0]?.url).toBe("/base/.berth/capabilities/state/get");
  });
});
