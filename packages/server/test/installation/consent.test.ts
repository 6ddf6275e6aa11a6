import { isBerthError, type Permission, parseDigest, parseManifest } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { checkConsent, type ShownPermission } from "../../src/installation/consent.ts";

const digest = parseDigest("a".repeat(64));
const manifest = parseManifest({
  id: "orders",
  name: "Orders",
  version: "1.0.0",
  description: "Orders.",
  entryPoint: "view.js",
  permissions: [
    { type: "api", resource: "/orders/*", actions: ["read", "write"], reason: "To list them." },
    { type: "data", resource: "/customers", actions: ["read"], optional: true },
  ],
  security: { allowedDomains: ["api.example.com"] },
});
const release = { digest, version: "1.0.0", manifest };

const shown = (overrides: Partial<Record<string, boolean>> = {}): ShownPermission[] => [
  {
    type: "api",
    resource: "/orders/*",
    actions: ["write", "read"],
    isGranted: overrides.api ?? true,
  },
  { type: "data", resource: "/customers", actions: ["read"], isGranted: overrides.data ?? true },
  {
    type: "network",
    resource: "api.example.com",
    actions: ["connect"],
    isGranted: overrides.network ?? true,
  },
];

const attempt = (consent: Parameters<typeof checkConsent>[0]) => {
  try {
    return checkConsent(consent, release);
  } catch (error) {
    if (!isBerthError(error)) throw error;
    return error;
  }
};
const granted = (result: ReturnType<typeof attempt>) =>
  (result as readonly Permission[]).map((permission) => permission.resource);

describe("consent", () => {
  it("grants what was shown and granted, domains included, in whatever order", () => {
    const result = attempt({ digest, permissions: shown().reverse() });
    expect(granted(result)).toEqual(["/orders/*", "/customers", "api.example.com"]);
  });

  it("takes grants from the manifest, not from the request's text", () => {
    const permissions = shown().map((each) => ({ ...each, reason: "forged", optional: true }));
    const [first] = attempt({ digest, permissions }) as readonly Permission[];
    expect(first).toEqual(manifest.permissions[0]);
  });

  it("leaves an optional permission out when it was refused", () => {
    expect(granted(attempt({ digest, permissions: shown({ data: false }) }))).toEqual([
      "/orders/*",
      "api.example.com",
    ]);
  });

  it("refuses when a required permission or domain was refused, naming it", () => {
    expect(attempt({ digest, permissions: shown({ api: false, network: false }) })).toMatchObject({
      code: "CONSENT_REFUSED",
      message: expect.stringContaining('"api /orders/* read,write"'),
      details: { refused: ["api /orders/* read,write", "network api.example.com connect"] },
    });
  });

  it("refuses another package, saying which was shown", () => {
    const other = "b".repeat(64);
    expect(attempt({ digest: other, permissions: shown() })).toMatchObject({
      code: "CONSENT_MISMATCH",
      details: { shownDigest: other, digest },
    });
  });

  it("is bound to the conditions that were shown", () => {
    const conditions = { roles: ["admin"], rate: { maxCalls: 1, windowMs: 1_000 } };
    const conditioned = parseManifest({
      ...manifest,
      permissions: [{ ...manifest.permissions[0], conditions }],
    });
    const consent = (shownConditions?: Record<string, unknown>) => () =>
      checkConsent(
        {
          digest,
          permissions: shown()
            .filter(({ type }) => type !== "data")
            .map((each) => (each.type === "api" ? { ...each, conditions: shownConditions } : each)),
        },
        { ...release, manifest: conditioned },
      );
    const reordered = { rate: { windowMs: 1_000, maxCalls: 1 }, roles: ["admin"] };
    expect(consent(reordered)()[0]).toMatchObject({ conditions });
    const mismatch = expect.objectContaining({ code: "CONSENT_MISMATCH" });
    expect(consent()).toThrow(mismatch);
    expect(consent({ ...conditions, roles: ["member"] })).toThrow(mismatch);
  });

  it.each([
    ["one permission not shown", shown().slice(1), "notShown", "api /orders/* read,write"],
    [
      "narrower actions than asked",
      [{ ...shown()[0], actions: ["read"] } as ShownPermission, ...shown().slice(1)],
      "notAsked",
      "api /orders/* read",
    ],
    [
      "one that is not asked for",
      [...shown(), { type: "api", resource: "*", actions: ["write"], isGranted: true }],
      "notAsked",
      "api * write",
    ],
    [
      "two answers to one",
      [...shown({ data: false }), ...shown().slice(1, 2)],
      "repeated",
      "data /customers read",
    ],
  ])("refuses %s, with the difference", (_name, permissions, field, key) => {
    const result = attempt({ digest, permissions });
    expect(result).toMatchObject({ code: "CONSENT_MISMATCH" });
    expect(result).toHaveProperty(["details", field], expect.arrayContaining([key]));
  });
});
