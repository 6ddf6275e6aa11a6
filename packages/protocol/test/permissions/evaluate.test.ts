import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AccessRequest,
  evaluate,
  type Grant,
  isBerthError,
  isResourcePattern,
  matchesResource,
  normalizeResourcePath,
} from "../../src/index.ts";

const matches: readonly [pattern: string, resource: string, expected: boolean][] = [
  ["/api/orders/*", "/api/orders", true],
  ["/api/orders/*", "/api/orders/7", true],
  ["/api/orders/*", "/api/orders/7/lines/2", true],
  ["/api/orders/*", "/api/orders2", false],
  ["/api/orders/*", "/api", false],
  ["/api/orders/*", "/api/orders/", true],
  ["/api/*/lines/*", "/api/7/lines/2", true],
  ["/api/*/lines/*", "/api/7/notes/2", false],
  ["/api/o*", "/api/orders", false],
  ["/api/orders", "/api/orders/7", false],
  ["/api/*/lines", "/api/7/lines", true],
  ["/api/*/lines", "/api/7/8/lines", false],
  ["/api/*/lines", "/api//lines", false],
  ["*", "/anything/at/all", true],
  ["/*", "/x", true],
  ["contacts", "contacts", true],
  ["contacts", "contact", false],
];

const hosts: readonly [pattern: string, host: string, expected: boolean][] = [
  ["api.example.com", "api.example.com", true],
  ["api.example.com", "API.example.com", true],
  ["api.example.com", "evil-api.example.com", false],
  ["*.example.com", "a.example.com", true],
  ["*.example.com", "a.b.example.com", true],
  ["*.example.com", "example.com", false],
  ["*.example.com", "evilexample.com", false],
  ["api.example.com:8443", "api.example.com", false],
  ["api.example.com:8443", "api.example.com:8443", true],
];

describe("matchesResource", () => {
  it.each(matches)("%s against %s: %s", (pattern, resource, expected) => {
    expect(matchesResource("api", pattern, resource)).toBe(expected);
  });
  it.each(hosts)("network %s against %s: %s", (pattern, host, expected) => {
    expect(matchesResource("network", pattern, host)).toBe(expected);
  });
});

describe("isResourcePattern", () => {
  it.each(["/api/*", "*", "contacts/*/notes", "/a.b/c_d"])("takes %s", (pattern) => {
    expect(isResourcePattern("api", pattern)).toBe(true);
  });
  it.each(["", "/a/../b", "/a//b", "/a*b", "/a/**", "/a?b", "/a b", "./a"])(
    "refuses %j",
    (pattern) => {
      expect(isResourcePattern("api", pattern)).toBe(false);
    },
  );
  it.each([
    "http://a.com",
    "a b",
    "a.com/x",
    "*",
    "*.*.com",
    "a..com",
    "a.com:0",
    "-a.com",
    "A.com",
  ])("refuses %j as a host", (pattern) => {
    expect(isResourcePattern("network", pattern)).toBe(false);
  });
});

/** Second opinion: the grammar's sentences as a regular expression. */
function naiveMatch(pattern: string, resource: string): boolean {
  if (pattern === "*") return true;
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  const middle = escaped.replaceAll(/(^|\/)\*(?=\/)/g, "$1[^/]+");
  const below = middle.replace(/\/\*$/, "(?:/.*)?");
  return new RegExp(`^${below}$`, "s").test(resource);
}

const segment = fc.constantFrom("a", "b", "orders", "x.y");
const resource = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((all) => `/${all.join("/")}`);
const pattern = fc
  .array(fc.oneof(segment, fc.constant("*")), { minLength: 1, maxLength: 4 })
  .map((all) => `/${all.join("/")}`);
const action = fc.constantFrom("read" as const, "write" as const);
const type = fc.constantFrom("api" as const, "data" as const, "document" as const);
const grant: fc.Arbitrary<Grant> = fc.record({
  id: fc.uuid(),
  type,
  resource: pattern,
  actions: fc.uniqueArray(action, { minLength: 1 }),
});
const request: fc.Arbitrary<AccessRequest> = fc.record({ type, resource, action });

describe("evaluate", () => {
  it("agrees with a naive evaluator", () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 5 }), request, (grants, access) => {
        const expected = grants.some(
          (one) =>
            one.type === access.type &&
            one.actions.includes(access.action as never) &&
            naiveMatch(one.resource, access.resource),
        );
        expect(evaluate(grants, access).isAllowed).toBe(expected);
      }),
      { numRuns: 20_000 },
    );
  });

  it("allows nothing without a grant, and never less when a grant is added", () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 4 }), grant, request, (grants, more, access) => {
        expect(evaluate([], access).isAllowed).toBe(false);
        if (evaluate(grants, access).isAllowed) {
          expect(evaluate([...grants, more], access).isAllowed).toBe(true);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it("names the grant that decided", () => {
    const grants: Grant[] = [
      { id: "g1", type: "api", resource: "/a", actions: ["read"] },
      { id: "g2", type: "api", resource: "/a/*", actions: ["write"] },
    ];
    expect(evaluate(grants, { type: "api", resource: "/a/b", action: "write" })).toEqual({
      isAllowed: true,
      grantId: "g2",
    });
  });
});

describe("normalizeResourcePath", () => {
  it.each([
    ["/api/x?y=/../z", "/api/x"],
    ["/", "/"],
    ["/a/", "/a"],
    ["/a%20b/c", "/a b/c"],
  ])("reads %s as %s", (path, expected) => {
    expect(normalizeResourcePath(path)).toBe(expected);
  });
  it.each([
    "api",
    "//evil",
    "/a/../b",
    "/a/%2e%2e/b",
    "/a/%252e%252e/b",
    "/a%2fb",
    "/a%5cb",
    "/a\\b",
    "/a/%00",
    "/a/%",
    "/a//b",
    "http://evil/x",
  ])("refuses %s", (path) => {
    try {
      normalizeResourcePath(path);
      expect.unreachable();
    } catch (error) {
      expect(isBerthError(error, "REQUEST_INVALID")).toBe(true);
    }
  });
});
