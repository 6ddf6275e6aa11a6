/**
 * What is remembered, what is asked for the first time, and what an admin is told are one answer: over generated
 * sequences of changes (grants, conditions, policies, people, time) with questions in between.
 */
import { type AccessRequest, BerthError, type Grant } from "@berth/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { LiveInstallation } from "../../src/installation/live.ts";
import { type Cedar, openCedar } from "../../src/policy/cedar/engine.ts";
import type { PolicyDecision } from "../../src/policy/decide.ts";
import { createForbids } from "../../src/policy/forbids.ts";
import { createPolicy } from "../../src/policy/policy.ts";
import type { PolicyQuestion, Subject } from "../../src/policy/ports.ts";
import { createTestClock } from "../support/services.ts";
import { createLive } from "./support/policy-questions.ts";

const startMs = Date.parse("2026-11-20T21:59:58Z");

const policyTexts = [
  `@id("net") forbid (principal, action == Action::"network:connect", resource)
   when { context has address && context.address.isInRange(ip("192.0.2.0/24")) };`,
  `@id("role") forbid (principal in Role::"member", action, resource in App::"tools/orders");`,
  `@id("factor") forbid (principal, action, resource) when { context.secondFactorAgeSeconds > 60 };`,
  `@id("sunday") forbid (principal, action, resource) when { context.weekday == "sun" };`,
  `@id("until") forbid (principal, action, resource)
   when { context.now >= datetime("2026-11-20T22:00:00Z") };`,
  `@id("night") forbid (principal in Group::"night", action in Action::"api", resource);`,
  `@id("round") forbid (principal, action, resource)
   when { (if context has address then resource else resource).name like "*7" };`,
  `@id("itself") forbid (principal is Installation, action, resource in Organization::"acme");`,
  `@id("one") forbid (principal == Person::"per_1", action, resource);`,
  `@id("any") forbid (principal, action, resource) when { principal in resource };`,
];

const conditions = [
  { time: { days: ["fri"], from: "08:00", until: "22:00", timeZone: "UTC" } },
  { roles: ["member"] },
  { groups: ["night", "day"] },
  { organizations: ["acme"] },
  { ipRanges: ["192.0.2.0/24"] },
  { maxSecondFactorAgeMinutes: 1 },
  { rate: { maxCalls: 2, windowMs: 3_000 } },
  { maxConsentAgeDays: 1 },
  { maxDataClass: "internal" },
] as const;

const resources = ["/api/orders/7", "/api/orders/8", "/other"];
const accesses: readonly AccessRequest[] = [
  ...resources.map((resource) => ({ type: "api", action: "read", resource }) as const),
  { type: "network", action: "connect", resource: "api.example.com" },
];

const grantArb = fc.record({
  type: fc.constantFrom("api" as const, "network" as const),
  conditions: fc.oneof(fc.constant([]), fc.subarray([...conditions], { maxLength: 2 })),
  scope: fc.constantFrom(undefined, undefined, { persons: ["per_1"] }, { groups: ["night"] }),
  expiresInMs: fc.constantFrom(undefined, undefined, 1_000, 86_400_000),
});

const stepArb = fc.oneof(
  fc.record({
    do: fc.constant("publish" as const),
    owner: fc.constantFrom("org-1", null),
    texts: fc.subarray(policyTexts, { maxLength: 3 }),
  }),
  fc.record({
    do: fc.constant("grants" as const),
    grants: fc.array(grantArb, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    do: fc.constant("person" as const),
    subject: fc.option(
      fc.record({
        personId: fc.constantFrom("per_1", "per_2"),
        roles: fc.constantFrom(["member"], ["admin"]),
        groups: fc.subarray(["night", "day"]),
        address: fc.constantFrom(null, "192.0.2.7", "198.51.100.1"),
        secondFactorAgoMs: fc.constantFrom(null, 1_000, 59_500, 90_000),
      }),
    ),
  }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 999, 2_000, 86_400_000) }),
  fc.record({
    do: fc.constant("live" as const),
    changes: fc.constantFrom(
      { state: "suspended" },
      { state: "running" },
      { state: "running" },
      { organizationSlug: "acme" },
      { organizationSlug: "other" },
    ),
  }),
  // As often as all changes together.
  ...Array.from({ length: 8 }, () =>
    fc.record({
      do: fc.constant("ask" as const),
      access: fc.constantFrom(...accesses),
      dataClass: fc.constantFrom(undefined, "internal" as const, "restricted" as const),
    }),
  ),
);
type Step = typeof stepArb extends fc.Arbitrary<infer T> ? T : never;

/** By the words of the error that the call would end with. */
const nameOf = (decision: PolicyDecision): string => {
  if (decision.isAllowed) return decision.by;
  if (decision.by === "condition") return `condition:${decision.grantId}:${decision.condition}`;
  return decision.by === "policy" ? `policy:${decision.forbidding.policy}` : decision.by;
};

function openPolicy(cedar: Cedar, clock: { now(): number }) {
  let asked = 0;
  const forbids = createForbids({
    clock,
    logger: { error: () => undefined },
    openCedar: () => cedar,
    onAsked: () => {
      asked += 1;
    },
  });
  const policy = createPolicy({
    metering: { meter: () => ({ deniedCalls: 0 }) as never },
    insight: { write: () => undefined },
    ...{ clock, forbids },
  });
  return { forbids, policy, asked: () => asked };
}

/** The call itself, as a capability makes it. */
function call(
  policy: ReturnType<typeof openPolicy>["policy"],
  question: PolicyQuestion,
  access: AccessRequest,
) {
  try {
    return policy.demand(question, access);
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    return error.code === "INSTALLATION_STATE" ? "state" : error.details?.decidedBy;
  }
}

it("an answer that is remembered, a fresh one, and what an admin is told are the same", () => {
  // A set of policies lies in an engine under a name, so whoever is fresh has another engine.
  const [lasting, fresh] = [openCedar(), openCedar()];
  const kinds = new Set<string>();
  fc.assert(
    fc.property(fc.array(stepArb, { minLength: 30, maxLength: 60, size: "max" }), (steps) => {
      const clock = createTestClock(startMs);
      const old = openPolicy(lasting, clock);
      const texts = new Map<string | null, string>();
      let live = createLive({
        grants: [
          { id: "a", type: "api", resource: "/api/orders/*", actions: ["read"] },
          { id: "n", type: "network", resource: "*.example.com", actions: ["connect"] },
        ],
      });
      let subject: Subject | null = null;
      let serial = 0;
      let passed = 0;
      const grantOf = (given: Extract<Step, { do: "grants" }>["grants"][number]): Grant => ({
        id: `g${serial++}`,
        type: given.type,
        resource: given.type === "api" ? "/api/orders/*" : "*.example.com",
        actions: given.type === "api" ? ["read"] : ["connect"],
        grantedAt: clock.now(),
        conditions: Object.assign({}, ...given.conditions),
        ...(given.scope === undefined ? {} : { scope: given.scope }),
        ...(given.expiresInMs === undefined ? {} : { expiresAt: clock.now() + given.expiresInMs }),
      });
      for (const step of steps) {
        switch (step.do) {
          case "publish": {
            const text = step.texts.join("\n");
            texts.set(step.owner, text);
            old.forbids.publish(step.owner, text);
            break;
          }
          case "grants":
            live = { ...live, grants: step.grants.map(grantOf) };
            break;
          case "person": {
            if (step.subject === null) subject = null;
            else {
              const { secondFactorAgoMs, ...known } = step.subject;
              const secondFactorAt =
                secondFactorAgoMs === null ? null : clock.now() - secondFactorAgoMs;
              subject = { ...known, secondFactorAt };
            }
            break;
          }
          case "wait":
            clock.advance(step.ms);
            break;
          case "live":
            live = { ...live, ...step.changes } as LiveInstallation;
            break;
          case "ask": {
            const { access, dataClass } = step;
            const question: PolicyQuestion = {
              ...{ live, purpose: "request", requestId: null, subject },
              ...(dataClass === undefined ? {} : { dataClass }),
            };
            const told = old.policy.explain(question, access);
            const other = openPolicy(fresh, clock);
            for (const [owner, text] of texts) other.forbids.publish(owner, text);
            // The one fact that lies in a policy's own memory: how often a grant was used.
            const isByRate = told.grants.some(({ conditions: all }) =>
              all.some(({ name, holds }) => name === "rate" && !holds),
            );
            if (!isByRate) {
              expect(other.policy.explain(question, access).decision).toEqual(told.decision);
            }
            const askedBefore = old.asked();
            expect(call(old.policy, question, access)).toBe(nameOf(told.decision));
            const isOfPolicies = told.decision.isAllowed || told.decision.by === "policy";
            if (isOfPolicies) passed += 1;
            expect(old.asked() - askedBefore).toBe(isOfPolicies ? 1 : 0);
            checkChain(told, access);
            const { decision } = told;
            kinds.add(decision.isAllowed ? "allowed" : nameOf(decision).replace(/:[agn]\d*:/, ":"));
            break;
          }
        }
      }
      expect(old.asked()).toBe(passed);
    }),
    { numRuns: 25 },
  );
  // The generator reaches most of what can decide.
  expect(kinds).toContain("allowed");
  expect(kinds.size).toBeGreaterThan(8);
});

type Chain = ReturnType<ReturnType<typeof openPolicy>["policy"]["explain"]>;

/** Each link of the chain says what the verdict says. */
function checkChain({ decision, grants, policies }: Chain, access: AccessRequest): void {
  const covering = grants.filter(({ covers }) => covers);
  expect(covering.every(({ type }) => type === access.type)).toBe(true);
  const holding = covering.filter(({ conditions }) => conditions.every(({ holds }) => holds));
  const standing = policies.filter(({ outcome }) => outcome === "forbids" || outcome === "fails");
  if (decision.isAllowed) {
    expect(holding[0]?.id).toBe(decision.by);
    expect(standing).toEqual([]);
  } else if (decision.by === "policy") {
    expect(holding.length).toBeGreaterThan(0);
    expect(standing.map(({ policy }) => policy)).toContain(decision.forbidding.policy);
  } else if (decision.by === "condition") {
    expect(holding).toEqual([]);
    const named = covering.find(({ id }) => id === decision.grantId);
    const outcome = named?.conditions.find(({ name }) => name === decision.condition);
    expect(outcome).toEqual({ name: decision.condition, holds: false });
  } else if (decision.by === "grants") {
    expect(covering).toEqual([]);
  }
}
