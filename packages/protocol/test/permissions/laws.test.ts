/** The laws of the evaluator, on a hundred thousand generated cases, conditions included. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Case,
  caseOf,
  factsOf,
  tapeBytes,
} from "../../../../test/support/permission-cases.ts";
import {
  evaluate,
  findWiderConditions,
  type Grant,
  isPermissionWithin,
  isScopeWithin,
} from "../../src/index.ts";
import { naiveAllowingGrant } from "./naive-evaluator.ts";

const tapes = fc.uint8Array({ minLength: tapeBytes, maxLength: tapeBytes });
const allows = (grants: readonly Grant[], { request, known }: Case) =>
  evaluate(grants, request, factsOf(known)).isAllowed;

function isGrantWithin(inner: Grant, outer: Grant): boolean {
  return (
    isPermissionWithin(inner, outer) &&
    isScopeWithin(inner.scope, outer.scope) &&
    (inner.expiresAt ?? Infinity) <= (outer.expiresAt ?? Infinity) &&
    (inner.grantedAt ?? -Infinity) <= (outer.grantedAt ?? -Infinity)
  );
}

describe("the evaluator, on 100,000 cases", () => {
  it("agrees with a naive one; allows nothing without a grant, and no more by a narrower one", () => {
    const seen = { allowed: 0, uncovered: 0, narrowed: 0, within: 0 };
    const refused = new Map<string, number>();
    fc.assert(
      fc.property(tapes, (tape) => {
        const one = caseOf(tape);
        const { grants, request, known, narrower } = one;
        const [first, ...others] = grants;
        if (first === undefined) throw new Error("A case has a grant.");
        const decision = evaluate(grants, request, factsOf(known));

        // A second opinion, down to which grant it is.
        const naive = naiveAllowingGrant(grants, request, known);
        expect(decision.isAllowed ? decision.grantId : undefined).toBe(naive);

        // Nothing without a grant that covers it.
        if (evaluate([], request, factsOf(known)).isAllowed) expect.unreachable();
        const alone = grants.filter((grant) => allows([grant], one));
        expect(decision.isAllowed).toBe(alone.length > 0);

        // A narrower grant never allows more, alone or beside others.
        if (allows([narrower], one) && !allows([first], one)) expect(narrower).toBe(first);
        if (allows([narrower, ...others], one) && !decision.isAllowed) expect(narrower).toBe(first);

        // Nor does one that is said to lie within another.
        for (const outer of others) {
          if (!isGrantWithin(first, outer)) continue;
          seen.within += 1;
          if (allows([first], one) && !allows([outer], one)) expect(first).toBe(outer);
        }

        if (decision.isAllowed) seen.allowed += 1;
        else if (decision.reason === "no-grant") seen.uncovered += 1;
        else refused.set(decision.condition, (refused.get(decision.condition) ?? 0) + 1);
        if (allows([first], one) && !allows([narrower], one)) seen.narrowed += 1;
      }),
      { numRuns: 100_000 },
    );
    // Laws that never meet their case would hold of anything.
    expect(Math.min(seen.allowed, seen.uncovered)).toBeGreaterThan(10_000);
    expect(seen.narrowed).toBeGreaterThan(1_000);
    expect(seen.within).toBeGreaterThan(300);
    const names = ["expiresAt", "scope", "time", "roles", "groups", "organizations", "ipRanges"];
    const others = ["maxSecondFactorAgeMinutes", "rate", "maxConsentAgeDays", "maxDataClass"];
    expect([...refused.keys()].sort()).toEqual([...names, ...others].sort());
    expect(Math.min(...refused.values())).toBeGreaterThan(50);
  });
});

describe("findWiderConditions", () => {
  const hours = (from: string, until: string, timeZone = "Europe/Lisbon") => ({
    time: { from, until, timeZone },
  });
  it.each([
    [hours("10:00", "12:00"), hours("09:00", "17:00"), []],
    [hours("08:59", "12:00"), hours("09:00", "17:00"), ["time"]],
    [hours("23:00", "05:00"), hours("22:00", "06:00"), []],
    [hours("10:00", "12:00", "UTC"), hours("09:00", "17:00"), ["time"]],
    [{ roles: ["admin"] }, { roles: ["admin", "owner"] }, []],
    [{ roles: ["member"] }, { roles: ["admin", "owner"] }, ["roles"]],
    [{}, { groups: ["staff"], maxDataClass: "internal" as const }, ["groups", "maxDataClass"]],
    [{ ipRanges: ["10.1.0.0/16"] }, { ipRanges: ["10.0.0.0/8"] }, []],
    [{ ipRanges: ["10.1.0.0/16", "::/0"] }, { ipRanges: ["10.0.0.0/8"] }, ["ipRanges"]],
    [{ rate: { maxCalls: 5, windowMs: 2_000 } }, { rate: { maxCalls: 5, windowMs: 1_000 } }, []],
    [
      { rate: { maxCalls: 5, windowMs: 500 } },
      { rate: { maxCalls: 5, windowMs: 1_000 } },
      ["rate"],
    ],
  ])("of %j within %j: %j", (inner, outer, expected) => {
    expect(findWiderConditions(inner, outer)).toEqual(expected);
  });
});
