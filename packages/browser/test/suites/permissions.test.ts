/** A20, permissions: of a loaded app, by its handle. */
import { type AppManifest, parseManifest, permissionsAsked } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { AppRuntimeManager, type PermissionManager, sourceOfManifest } from "../../src/index.ts";

const manifest: AppManifest = {
  ...{ id: "orders", name: "Orders", version: "1.0.0", description: "d", entryPoint: "a.js" },
  permissions: [
    { type: "api", resource: "/api/orders/*", actions: ["read"] },
    { type: "data", resource: "state/notes/*", actions: ["read", "write"] },
  ],
  security: { allowedDomains: ["api.example.com"] },
};

async function load(change: Partial<AppManifest> = {}): Promise<PermissionManager> {
  const source = sourceOfManifest({ ...manifest, ...change }, { bundle: { code: "0" } });
  return (await new AppRuntimeManager().load("a", source)).permissions;
}

describe("an app's permissions", () => {
  it.each([
    ["api", "/api/orders/7", "read", true],
    ["api", "/api/orders/7", "write", false],
    ["api", "/api/orders", "read", true],
    ["api", "/api/ordersX/7", "read", false],
    ["api", "/api/customers/7", "read", false],
    ["data", "state/notes/a/b", "write", true],
    ["data", "state/secrets", "read", false],
    ["data", "/api/orders/7", "read", false],
    ["network", "api.example.com", "connect", true],
    ["network", "api.example.com.evil.example", "connect", false],
    ["network", "example.com", "connect", false],
  ] as const)("of %s %s to %s: %s", async (type, resource, action, isAllowed) => {
    const permissions = await load();
    expect(permissions.evaluate({ type, resource, action } as never).isAllowed).toBe(isAllowed);
  });

  it("are none when the manifest asks for none", async () => {
    const permissions = await load({ permissions: [], security: {} });
    // But for what the page itself lets every view do, in its own place.
    expect(permissions.grants.filter(({ type }) => type !== "ui")).toEqual([]);
    expect(() =>
      permissions.require({ type: "api", resource: "/api/orders/7", action: "read" }),
    ).toThrow(/no grant for api \/api\/orders\/7 \(read\)/);
  });

  it("are those of this instance alone", async () => {
    const manager = new AppRuntimeManager();
    const source = sourceOfManifest(manifest, { bundle: { code: "0" } });
    const [one, two] = [await manager.load("one", source), await manager.load("two", source)];
    const [grant] = one.permissions.grants;
    if (grant === undefined) throw new Error("nothing was granted");
    one.permissions.revoke(grant.id);
    const request = { type: "api", resource: "/api/orders/7", action: "read" } as const;
    expect(one.permissions.evaluate(request).isAllowed).toBe(false);
    expect(two.permissions.evaluate(request).isAllowed).toBe(true);
  });

  it("name the grant that decided, and record what was asked either way", async () => {
    const permissions = await load();
    const decision = permissions.evaluate({
      type: "api",
      resource: "/api/orders/7",
      action: "read",
    });
    expect(decision).toMatchObject({ isAllowed: true, grantId: permissions.grants[0]?.id });
    permissions.evaluate({ type: "api", resource: "/else", action: "read" });
    expect(permissions.counts).toEqual({ allowed: 1, denied: 1 });
    expect(permissions.attempts.map(({ request }) => request.resource)).toEqual([
      "/api/orders/7",
      "/else",
    ]);
  });

  it("cover everything that a consent screen would show", () => {
    const asked = permissionsAsked(parseManifest(manifest));
    const granted = sourceOfManifest(manifest).grants;
    expect(granted.map(({ type, resource, actions }) => ({ type, resource, actions }))).toEqual(
      asked.map(({ type, resource, actions }) => ({ type, resource, actions })),
    );
  });
});
