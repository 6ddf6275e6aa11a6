import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GatewayRig, openGatewayRig } from "./rig.ts";

describe("a capability call", () => {
  let rig: GatewayRig;
  beforeAll(async () => {
    rig = await openGatewayRig();
  });
  afterAll(() => rig[Symbol.asyncDispose]());
  const call = (id: string, method: string, args: unknown) =>
    rig.gateway.call({
      ...{ cellId: "c", isolateKey: `${id}@d@c`, handle: null },
      ...{ capability: "state", method, args: args as never },
    });

  it("is limited by the minute, just below, at and above", async () => {
    const live = rig.install({ manifest: { resources: { apiCalls: 3 } } });
    for (let count = 0; count < 3; count++) await call(live.id, "get", { key: "a" });
    await expect(call(live.id, "get", { key: "a" })).rejects.toMatchObject({
      code: "RATE_LIMITED",
      details: { resource: "apiCalls", limitPerMinute: 3 },
    });
    rig.clock.advance(120_000);
    await call(live.id, "get", { key: "a" });
    expect((await rig.metering.read(live.id)).capabilityCalls).toBe(4);
  });

  it("is decided anew each time: a suspended installation's next call is refused", async () => {
    const live = rig.install();
    await call(live.id, "put", { key: "a", value: 1 });
    rig.directory.set({ ...live, state: "suspended" });
    await expect(call(live.id, "get", { key: "a" })).rejects.toMatchObject({
      code: "INSTALLATION_STATE",
    });
    rig.directory.remove(live.id);
    await expect(call(live.id, "get", { key: "a" })).rejects.toMatchObject({
      code: "INSTALLATION_NOT_FOUND",
    });
  });

  it("of an invocation that outlives its installation is refused, but for a hook's", async () => {
    const live = rig.install();
    const isolateKey = `${live.id}@d@c`;
    const invocation = { live, isolateKey, member: null, requestId: "r1", subject: null };
    const asRequest = rig.gateway.mint({ ...invocation, purpose: "request" });
    const get = (handle: string) =>
      rig.gateway.call({
        ...{ cellId: "c", isolateKey, handle },
        ...{ capability: "state", method: "get", args: { key: "a" } },
      });
    expect(await get(asRequest)).toBeNull();
    rig.directory.remove(live.id);
    await expect(get(asRequest)).rejects.toMatchObject({ code: "INSTALLATION_NOT_FOUND" });
    // A first install's hook runs before the directory knows of it.
    expect(await get(rig.gateway.mint({ ...invocation, purpose: "hook" }))).toBeNull();
  });

  it("names the wrong argument", async () => {
    const live = rig.install();
    const failure = call(live.id, "compareAndSet", { key: "a", value: 1, version: "x" });
    await expect(failure).rejects.toThrow(/compareAndSet is wrong at version/);
    for (const key of ["", "\0", "\ud800", "x".repeat(513)]) {
      await expect(call(live.id, "get", { key })).rejects.toMatchObject({
        code: "CAPABILITY_INPUT_INVALID",
      });
    }
    await expect(call(live.id, "get", { key: "x".repeat(512) })).resolves.toBeNull();
  });

  it("follows the contract of state that the SDK is written against", async () => {
    const live = rig.install();
    expect(await call(live.id, "put", { key: "a", value: null })).toEqual({ version: "1" });
    expect(await call(live.id, "get", { key: "a" })).toEqual({ value: null, version: "1" });
    expect(await call(live.id, "get", { key: "b" })).toBeNull();
    expect(await call(live.id, "compareAndSet", { key: "b", value: 2, version: null })).toEqual({
      version: "2",
    });
    const many = {
      entries: [
        { key: "c/1", value: 1 },
        { key: "c/2", value: 2 },
      ],
    };
    expect(await call(live.id, "putMany", many)).toEqual({ count: 2 });
    const page = await call(live.id, "list", { prefix: "c/", limit: 1 });
    expect(page).toEqual({ entries: [{ key: "c/1", value: 1, version: "3" }], cursor: "c/1" });
    expect(await call(live.id, "list", { prefix: "c/", cursor: "c/1", limit: 1 })).toMatchObject({
      entries: [{ key: "c/2" }],
      cursor: null,
    });
    expect(await call(live.id, "delete", { key: "a" })).toEqual({ existed: true });
    expect(await call(live.id, "delete", { key: "a" })).toEqual({ existed: false });
    expect(await rig.gateway.stateUsage(live)).toMatchObject({ keys: 3 });
    await rig.gateway.removeInstallation(live.id);
    expect(await rig.gateway.stateUsage(live)).toEqual({ bytes: 0, keys: 0 });
  });
});
