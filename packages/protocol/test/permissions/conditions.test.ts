import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AccessFacts,
  type AccessRequest,
  evaluate,
  type Grant,
  type GrantConditions,
  parseGrantConditions,
} from "../../src/index.ts";

const request: AccessRequest = { type: "api", resource: "/api/x", action: "read" };
const grantOf = (conditions: unknown, more: Partial<Grant> = {}): Grant => ({
  id: "g",
  type: "api",
  resource: "/api/*",
  actions: ["read"],
  // A server newer than this page may send what has no type here.
  conditions: conditions as GrantConditions,
  ...more,
});
const allows = (conditions: unknown, facts: AccessFacts, more: Partial<Grant> = {}) =>
  evaluate([grantOf(conditions, more)], request, facts).isAllowed;
const at = (instant: string): AccessFacts => ({ now: Date.parse(instant) });
const refusedBy = (condition: string) => ({
  isAllowed: false,
  reason: "condition",
  grantId: "g",
  condition,
});

describe("the condition time", () => {
  const office = { days: ["mon", "fri"], from: "09:00", until: "17:00", timeZone: "Europe/Lisbon" };
  it.each([
    // Summer time: Lisbon is an hour ahead of UTC.
    ["2026-07-06T07:59:59.999Z", false],
    ["2026-07-06T08:00:00Z", true],
    ["2026-07-06T15:59:59.999Z", true],
    ["2026-07-06T16:00:00Z", false],
    // Winter time: it is not.
    ["2026-01-05T08:59:59Z", false],
    ["2026-01-05T09:00:00Z", true],
    // A Tuesday.
    ["2026-07-07T10:00:00Z", false],
  ])("of an office, at %s: %s", (instant, expected) => {
    expect(allows({ time: office }, at(instant))).toBe(expected);
  });

  it.each([
    ["fri at 22:00", "2026-11-20T22:00:00Z", true],
    ["sat at 05:59", "2026-11-21T05:59:59Z", true],
    ["sat at 06:00", "2026-11-21T06:00:00Z", false],
    ["fri at 05:59, which is Thursday's night", "2026-11-20T05:59:00Z", false],
    ["sat at 23:00", "2026-11-21T23:00:00Z", false],
  ])("over midnight, %s", (_name, instant, expected) => {
    const night = { days: ["fri"], from: "22:00", until: "06:00", timeZone: "UTC" };
    expect(allows({ time: night }, at(instant))).toBe(expected);
  });

  it("goes by the zone's own day, and is whole without bounds", () => {
    const sunday = { days: ["sun"], timeZone: "Pacific/Auckland" };
    expect(allows({ time: sunday }, at("2026-11-21T11:00:00Z"))).toBe(true);
    expect(allows({ time: sunday }, at("2026-11-22T11:00:00Z"))).toBe(false);
  });
});

describe("conditions", () => {
  const day = 86_400_000;
  const uses = (count: number): AccessFacts => ({ usesWithin: () => count });
  const cases: readonly [unknown, AccessFacts, Partial<Grant>, boolean][] = [
    [{ roles: ["admin", "owner"] }, { roles: ["member", "owner"] }, {}, true],
    [{ roles: ["admin"] }, { roles: ["member"] }, {}, false],
    [{ roles: ["admin"] }, { roles: [] }, {}, false],
    [{ organizations: ["acme"] }, { organization: "acme" }, {}, true],
    [{ organizations: ["acme"] }, { organization: "acm" }, {}, false],
    [{ rate: { maxCalls: 3, windowMs: 1000 } }, uses(2), {}, true],
    [{ rate: { maxCalls: 3, windowMs: 1000 } }, uses(3), {}, false],
    [{ maxConsentAgeDays: 2 }, { now: 2 * day + 5 }, { grantedAt: 5 }, true],
    [{ maxConsentAgeDays: 2 }, { now: 2 * day + 6 }, { grantedAt: 5 }, false],
    [{ maxConsentAgeDays: 2 }, { now: 6 }, {}, false],
    [{ maxDataClass: "internal" }, { dataClass: "public" }, {}, true],
    [{ maxDataClass: "internal" }, { dataClass: "internal" }, {}, true],
    [{ maxDataClass: "internal" }, { dataClass: "confidential" }, {}, false],
    [{}, {}, { expiresAt: 10 }, false],
    [{}, { now: 9 }, { expiresAt: 10 }, true],
    [{}, { now: 10 }, { expiresAt: 10 }, false],
  ];
  it.each(cases)("%j with %j and %j: %s", (conditions, facts, more, expected) => {
    expect(allows(conditions, facts, more)).toBe(expected);
  });

  const everyFact: AccessFacts = {
    now: Date.parse("2026-11-22T12:00:00Z"),
    roles: ["admin"],
    organization: "acme",
    dataClass: "public",
    usesWithin: () => 0,
  };
  it.each([
    ["phase", { phase: "full" }],
    ["toString", { toString: 1 }],
    ["roles", { roles: "admins" }],
    ["roles", { roles: null }],
    ["roles", { roles: undefined }],
    ["organizations", { organizations: { includes: true } }],
    ["rate", { rate: { maxCalls: 5 } }],
    ["rate", { rate: { windowMs: 5 } }],
    ["rate", { rate: { maxCalls: "many", windowMs: 1000 } }],
    ["time", { time: { from: "00:00" } }],
    ["time", { time: { timeZone: "Atlantis/Capital" } }],
    ["time", { time: { from: "dawn", timeZone: "UTC" } }],
    ["time", { time: { days: "sun", timeZone: "UTC" } }],
    ["time", { time: "always" }],
    ["maxConsentAgeDays", { maxConsentAgeDays: "99" }],
    ["maxDataClass", { maxDataClass: "everything" }],
    ["conditions", "none"],
    ["conditions", ["roles"]],
    ["conditions", null],
  ])("refuse by the name %s what is unknown or malformed: %j", (name, conditions) => {
    const decision = evaluate([grantOf(conditions)], request, everyFact);
    expect(decision).toEqual(refusedBy(name));
  });

  it("refuse one and all when nothing is known", () => {
    for (const [conditions, , more] of cases) {
      if (Object.keys(conditions as object).length > 0)
        expect(allows(conditions, {}, more)).toBe(false);
    }
  });

  it("leave the decision to the next grant that covers it, and name the first that refused", () => {
    const plain: Grant = { id: "plain", type: "api", resource: "*", actions: ["read"] };
    const [first, second] = [{ roles: ["owner"] }, { organizations: ["globex"] }];
    const grants = [grantOf(first), grantOf(second, { id: "h" })];
    expect(evaluate(grants, request, everyFact)).toEqual(refusedBy("roles"));
    expect(evaluate([...grants, plain], request, everyFact)).toEqual({
      isAllowed: true,
      grantId: "plain",
    });
  });

  it("only ever narrow: what a grant with conditions allows, it allows without them", () => {
    const name = fc.constantFrom("admin", "acme", "member");
    const conditions = fc.record(
      {
        roles: fc.array(name),
        organizations: fc.array(name),
        rate: fc.record({ maxCalls: fc.nat(3), windowMs: fc.nat(9) }),
        maxConsentAgeDays: fc.double({ noNaN: false }),
        maxDataClass: fc.constantFrom("public", "restricted", "other"),
        unknown: fc.anything(),
        time: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(conditions, fc.nat(4), fc.array(name), (given, used, roles) => {
        const facts = { ...everyFact, roles, usesWithin: () => used };
        const known = Object.keys(given).every((key) => key !== "unknown");
        if (allows(given, facts, { grantedAt: 0 })) {
          expect(known).toBe(true);
          expect(allows({}, facts)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("parseGrantConditions", () => {
  it("takes every condition", () => {
    const conditions = {
      time: { days: ["mon"], from: "09:00", until: "24:00", timeZone: "America/Sao_Paulo" },
      roles: ["admin"],
      organizations: ["acme"],
      rate: { maxCalls: 10_000, windowMs: 86_400_000 },
      maxConsentAgeDays: 90,
      maxDataClass: "confidential",
    };
    expect(parseGrantConditions(conditions)).toEqual(conditions);
  });

  it.each([
    [{ role: ["admin"] }, "role is not known; did you mean roles?"],
    [{ time: { form: "09:00", timeZone: "UTC" } }, "time.form is not known; did you mean from?"],
    [{ rate: { maxCall: 1, windowMs: 1000 } }, /rate/],
    [{ weather: "fine" }, "expected one of time, roles"],
    [{ time: { timeZone: "Nowhere/At/All" } }, "is not a time zone"],
    [{ time: { from: "9:00", timeZone: "UTC" } }, "is not a time such as 09:00"],
    [{ time: { from: "09:00", until: "09:00", timeZone: "UTC" } }, "no time at all"],
    [{ rate: { maxCalls: 10_001, windowMs: 1000 } }, "rate.maxCalls"],
    [{ rate: { maxCalls: 0, windowMs: 1000 } }, "rate.maxCalls"],
    [{ roles: [] }, "roles"],
    [{ roles: undefined }, "roles"],
    [null, "they"],
  ])("refuses %j and says how to mend it", (conditions, message) => {
    expect(() => parseGrantConditions(conditions)).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringMatching(message) }),
    );
  });
});
