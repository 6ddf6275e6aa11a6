import { describe, expect, it, vi } from "vitest";
import { PermissionManager } from "../../src/permissions/permission-manager.ts";
import { createManualClock } from "../manual-clock.ts";

const read = { type: "api", resource: "/api/orders/7", action: "read" } as const;
const grant = { id: "g1", type: "api", resource: "/api/orders/*", actions: ["read"] } as const;

describe("the permission manager", () => {
  it("denies without a grant, allows with one, denies again when it is revoked", () => {
    const permissions = new PermissionManager();
    expect(permissions.evaluate(read).isAllowed).toBe(false);
    permissions.grant({ ...grant, actions: [...grant.actions] });
    expect(permissions.evaluate(read)).toEqual({ isAllowed: true, grantId: "g1" });
    expect(permissions.revoke("g1")).toBe(true);
    expect(permissions.revoke("g1")).toBe(false);
    expect(() => permissions.require(read)).toThrow(
      expect.objectContaining({ code: "PERMISSION_DENIED" }),
    );
  });

  it("records every attempt, the latest ones whole", () => {
    const clock = createManualClock();
    const permissions = new PermissionManager({ clock, maxAttempts: 3 });
    for (let attempt = 0; attempt < 5; attempt++) {
      clock.advance(1);
      permissions.evaluate({ ...read, resource: `/api/orders/${attempt}` });
    }
    expect(permissions.counts).toEqual({ allowed: 0, denied: 5 });
    expect(permissions.attempts.map(({ request }) => request.resource)).toEqual([
      "/api/orders/2",
      "/api/orders/3",
      "/api/orders/4",
    ]);
  });

  it("replaces a grant of the same id and tells of each change", () => {
    const permissions = new PermissionManager({ grants: [{ ...grant, actions: ["read"] }] });
    const listener = vi.fn();
    const stop = permissions.onChange(listener);
    permissions.grant({ ...grant, actions: ["write"] });
    expect(permissions.evaluate(read).isAllowed).toBe(false);
    stop();
    permissions.revoke("g1");
    expect(listener).toHaveBeenCalledOnce();
  });
});
