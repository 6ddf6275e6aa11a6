import { describe, expect, it } from "vitest";
import { createFairShare } from "../../src/runtime/fair-share.ts";

/** Windows of 100 ms, in each of which every installation is asked so many times. */
function openShare() {
  let now = 1_000;
  let utilization = 0;
  const refusals: Promise<unknown>[] = [];
  const share = createFairShare({
    clock: { now: () => now },
    readUtilization: () => utilization,
    refusalDelayMs: 0,
  });
  return {
    refusals,
    /** How many of each were let in. */
    pass(busy: number, asked: Readonly<Record<string, number>>): Record<string, number> {
      const admitted: Record<string, number> = {};
      for (const [id, count] of Object.entries(asked)) {
        admitted[id] = 0;
        for (let index = 0; index < count; index += 1) {
          const refusal = share.admit(id);
          if (refusal === undefined) admitted[id] += 1;
          else refusals.push(refusal.catch((error: unknown) => error));
        }
      }
      utilization = busy;
      now += 100;
      return admitted;
    },
  };
}

describe("a flood", () => {
  it("is cut until the thread is free enough; others are not touched", async () => {
    const share = openShare();
    expect(share.pass(1, { flood: 500, quiet: 5 })).toEqual({ flood: 500, quiet: 5 });
    expect(share.pass(1, { flood: 500, quiet: 5 })).toEqual({ flood: 250, quiet: 5 });
    expect(share.pass(0.65, { flood: 500, quiet: 5 })).toEqual({ flood: 125, quiet: 5 });
    expect(share.pass(0.65, { flood: 500, quiet: 5 })).toEqual({ flood: 125, quiet: 5 });
    const refused = await Promise.all(share.refusals);
    expect(refused).toHaveLength(250 + 375 + 375);
    expect(refused[0]).toMatchObject({ code: "RATE_LIMITED", details: { retryAfterSeconds: 1 } });
  });

  it("is never cut below five hundred a second, and is forgotten when it ends", () => {
    const share = openShare();
    let last = share.pass(1, { flood: 500, quiet: 5 });
    for (let window = 0; window < 8; window += 1) last = share.pass(1, { flood: 500, quiet: 5 });
    expect(last).toEqual({ flood: 50, quiet: 5 });
    expect(share.pass(0.1, { flood: 500, quiet: 5 })).toEqual({ flood: 50, quiet: 5 });
    expect(share.pass(0.1, { flood: 500, quiet: 5 })).toEqual({ flood: 56, quiet: 5 });
    for (let window = 0; window < 21; window += 1) share.pass(0.1, { flood: 5, quiet: 5 });
    expect(share.pass(0.1, { flood: 400, quiet: 5 })).toEqual({ flood: 400, quiet: 5 });
  });

  it("that is alone takes all there is", () => {
    const share = openShare();
    for (let window = 0; window < 5; window += 1) {
      expect(share.pass(1, { flood: 500 })).toEqual({ flood: 500 });
    }
  });
});
