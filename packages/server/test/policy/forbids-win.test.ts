/** A forbid always wins, whatever was granted; and none makes an app able to do more. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Case,
  caseOf,
  factsOf,
  tapeBytes,
} from "../../../../test/support/permission-cases.ts";
import type { LiveInstallation } from "../../src/installation/live.ts";
import { decide } from "../../src/policy/decide.ts";
import type { Forbidding } from "../../src/policy/ports.ts";

const forbidding: Forbidding = { policy: "never", scope: "operator", reason: null };

function decided({ grants, request, known }: Case, forbids: Forbidding | undefined) {
  // The rest of an installation plays no part in a decision.
  const live = { state: "running", grants } as unknown as LiveInstallation;
  return decide({ live, purpose: "request", requestId: null, subject: null }, request, {
    lease: { isHeld: () => true, regained: () => undefined },
    forbids: { find: () => forbids },
    factsOf: () => factsOf(known),
  });
}

describe("a forbid", () => {
  it("wins over every grant of 20,000 cases, and is named; without one the grants decide", () => {
    let wins = 0;
    const tapes = fc.uint8Array({ minLength: tapeBytes, maxLength: tapeBytes });
    fc.assert(
      fc.property(tapes, (tape) => {
        const one = caseOf(tape);
        const free = decided(one, undefined);
        const forbidden = decided(one, forbidding);
        expect(forbidden.isAllowed).toBe(false);
        if (!free.isAllowed) expect(forbidden).toEqual(free);
        else {
          wins += 1;
          expect(forbidden).toEqual({ isAllowed: false, by: "policy", forbidding });
        }
      }),
      { numRuns: 20_000 },
    );
    expect(wins).toBeGreaterThan(2_000);
  });
});
