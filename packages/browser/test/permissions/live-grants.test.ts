import type { AccessRequest, Grant } from "@berth/protocol";
import { describe, expect, it, vi } from "vitest";
import {
  PermissionManager,
  type PermissionManagerOptions,
} from "../../src/permissions/permission-manager.ts";
import { createManualClock } from "../manual-clock.ts";

const read: AccessRequest = { type: "api", resource: "/api/orders/7", action: "read" };
const grant: Grant = { id: "g1", type: "api", resource: "/api/orders/*", actions: ["read"] };
const never = (): Promise<never> => new Promise(() => {});
const denied = (why: string) =>
  expect.objectContaining({ code: "PERMISSION_DENIED", message: expect.stringContaining(why) });

function open(options: PermissionManagerOptions = {}) {
  const clock = createManualClock();
  return { clock, permissions: new PermissionManager({ grants: [grant], clock, ...options }) };
}

describe("a capability", () => {
  it("is one for its grant, and throws at every use once the grant is taken back", async () => {
    const { permissions } = open();
    const capability = permissions.capability("g1");
    expect(permissions.capability("g1")).toBe(capability);
    expect(await capability.use(read, () => "done")).toBe("done");
    permissions.revoke("g1");
    await expect(capability.use(read, () => "done")).rejects.toEqual(denied("taken back"));
    // A new consent makes a new one; the old stays what it was.
    permissions.grant(grant);
    await expect(capability.use(read, () => "done")).rejects.toEqual(denied("taken back"));
    expect(await permissions.capability("g1").use(read, () => "again")).toBe("again");
  });

  it("does nothing beyond its own grant, and none stands for an id that nobody granted", async () => {
    const other: Grant = { id: "g2", type: "api", resource: "*", actions: ["read", "write"] };
    const { permissions } = open({ grants: [grant, other] });
    const work = vi.fn();
    const write = permissions.capability("g1").use({ ...read, action: "write" }, work);
    await expect(write).rejects.toEqual(denied("no grant"));
    expect(work).not.toHaveBeenCalled();
    for (const id of ["g3", "", "__proto__", "x".repeat(9000)])
      expect(() => permissions.capability(id)).toThrow(denied("no grant"));
  });

  it("ends the calls under way at once, also one that ignores its signal", async () => {
    const { permissions } = open();
    const seen: AbortSignal[] = [];
    const deaf = permissions.run(read, (signal) => {
      seen.push(signal);
      return never();
    });
    const own = permissions.capability("g1").use(read, never);
    permissions.revoke("g1");
    expect(seen[0]?.aborted).toBe(true);
    await expect(deaf).rejects.toEqual(denied("taken back"));
    await expect(own).rejects.toEqual(denied("taken back"));
  });

  it("leaves calls that another grant decided alone", async () => {
    const other: Grant = { id: "g2", type: "data", resource: "*", actions: ["read"] };
    const { permissions } = open({ grants: [grant, other] });
    const gate = Promise.withResolvers<string>();
    const call = permissions.run(
      { type: "data", resource: "x", action: "read" },
      () => gate.promise,
    );
    permissions.revoke("g1");
    gate.resolve("done");
    expect(await call).toBe("done");
  });

  it("ends a call that needs several grants when any of them goes", async () => {
    const other: Grant = { id: "g2", type: "data", resource: "*", actions: ["read"] };
    const { permissions } = open({ grants: [grant, other] });
    const both = [read, { type: "data", resource: "x", action: "read" } as const];
    const call = permissions.run(both, never);
    permissions.revoke("g2");
    await expect(call).rejects.toEqual(denied("g2"));
    await expect(permissions.run(both, never)).rejects.toEqual(denied("data x"));
  });

  it("ends what a replaced grant had allowed", async () => {
    const { permissions } = open();
    const call = permissions.run(read, never);
    permissions.grant({ ...grant, resource: "/api/other" });
    await expect(call).rejects.toEqual(denied("replaced"));
  });

  it("does not begin when a listener takes the grant back as it hears of the attempt", async () => {
    const { permissions } = open();
    permissions.onAttempt(() => permissions.revoke("g1"));
    const work = vi.fn(never);
    await expect(permissions.run(read, work)).rejects.toEqual(denied("no grant"));
    permissions.grant(grant);
    await expect(permissions.capability("g1").use(read, work)).rejects.toEqual(denied("taken"));
    expect(work).not.toHaveBeenCalled();
  });

  it("goes with its caller too", async () => {
    const { permissions } = open();
    const ending = new AbortController();
    const call = permissions.run(read, never, ending.signal);
    ending.abort(new Error("the view ended"));
    await expect(call).rejects.toThrow("the view ended");
    await expect(permissions.run(read, () => "done", ending.signal)).rejects.toThrow("ended");
  });
});

describe("a grant that expires", () => {
  it("allows until then, ends its calls at that moment, and says why afterwards", async () => {
    const { clock, permissions } = open({ grants: [] });
    const onChange = vi.fn();
    permissions.onChange(onChange);
    permissions.grant({ ...grant, expiresAt: clock.now() + 1_000 });
    const call = permissions.run(read, never);
    clock.advance(999);
    expect(permissions.allows(read)).toBe(true);
    expect(onChange).toHaveBeenCalledTimes(1);
    clock.advance(1);
    await expect(call).rejects.toEqual(denied("expired"));
    expect(onChange).toHaveBeenCalledTimes(2);
    expect(permissions.grants).toEqual([]);
    expect(permissions.evaluate(read)).toMatchObject({ condition: "expiresAt", grantId: "g1" });
    expect(() => permissions.require(read)).toThrow(denied("expired"));
  });

  it("waits longer than a timer can, and not at all after close", () => {
    const { clock, permissions } = open();
    const month = 30 * 86_400_000;
    permissions.grant({ ...grant, expiresAt: clock.now() + month });
    clock.advance(month - 1);
    expect(permissions.grants).toHaveLength(1);
    clock.advance(1);
    expect(permissions.grants).toEqual([]);
    permissions.grant({ ...grant, expiresAt: clock.now() + 10 });
    const onChange = vi.fn();
    permissions.onChange(onChange);
    permissions.close();
    clock.advance(20);
    expect(onChange).not.toHaveBeenCalled();
    expect(permissions.allows(read)).toBe(false);
  });
});

describe("conditions, as the page holds grants against them", () => {
  it("count uses: the last that is allowed, the first that is not, and when the next is", () => {
    const conditions = { rate: { maxCalls: 2, windowMs: 1_000 } };
    const { clock, permissions } = open({ grants: [{ ...grant, conditions }] });
    permissions.require(read);
    clock.advance(400);
    permissions.require(read);
    // Looking does not count.
    expect(permissions.allows(read)).toBe(false);
    expect(() => permissions.require(read)).toThrow(
      expect.objectContaining({
        code: "RATE_LIMITED",
        details: expect.objectContaining({ condition: "rate", retryAfterMs: 600 }),
      }),
    );
    clock.advance(599);
    expect(permissions.allows(read)).toBe(false);
    clock.advance(1);
    permissions.require(read);
    expect(() => permissions.require(read)).toThrow("again in 400 ms");
    // Replacing the grant is no way to begin anew.
    permissions.grant({ ...grant, conditions });
    expect(permissions.allows(read)).toBe(false);
  });

  it("ask the host at each use, and refuse when it cannot say", () => {
    let roles = ["member"];
    const subject = vi.fn(() => ({ roles }));
    const conditions = { roles: ["admin"] };
    const { permissions } = open({ grants: [{ ...grant, conditions }], subject });
    expect(permissions.evaluate(read)).toMatchObject({ condition: "roles" });
    roles = ["admin"];
    expect(permissions.evaluate(read).isAllowed).toBe(true);
    subject.mockImplementation(() => {
      throw new Error("signed out");
    });
    expect(permissions.evaluate(read)).toMatchObject({ condition: "roles" });
  });

  it("know the class of the data that is being reached", () => {
    const dataClassOf = ({ resource }: AccessRequest) =>
      resource.includes("/9") ? ("restricted" as const) : ("internal" as const);
    const conditions = { maxDataClass: "internal" as const };
    const { permissions } = open({ grants: [{ ...grant, conditions }], dataClassOf });
    expect(permissions.allows(read)).toBe(true);
    expect(permissions.allows({ ...read, resource: "/api/orders/9" })).toBe(false);
  });

  it("are refused as a grant's own when they are not well formed", () => {
    const { permissions } = open();
    const misspelt = { ...grant, conditions: { role: ["admin"] } } as Grant;
    expect(() => permissions.grant(misspelt)).toThrow("did you mean roles?");
    expect(permissions.grants).toEqual([grant]);
  });
});

describe("the record of attempts", () => {
  it("tells of each with its decision, and a listener that throws spoils nothing", () => {
    const { permissions } = open();
    const seen = vi.fn();
    permissions.onAttempt(() => {
      throw new Error("a bad listener");
    });
    const stop = permissions.onAttempt(seen);
    permissions.evaluate(read);
    permissions.evaluate({ ...read, action: "write" });
    expect(seen.mock.calls.map(([attempt]) => attempt.decision)).toEqual([
      { isAllowed: true, grantId: "g1" },
      { isAllowed: false, reason: "no-grant" },
    ]);
    expect(permissions.attempts.at(-1)).toBe(seen.mock.calls[1]?.[0]);
    stop();
    permissions.evaluate(read);
    expect(seen).toHaveBeenCalledTimes(2);
  });
});
