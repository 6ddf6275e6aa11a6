import { describe, expect, it } from "vitest";
import { createFairShare } from "../../src/runtime/fair-share.ts";

/** Windows of 100 ms, in each of which every installation is asked so many times, evenly. */
function openShare() {
  let now = 1_000;
  let utilization = 0;
  const refusals: Promise<unknown>[] = [];
  const share = createFairShare({
    clock: { now: () => now },
    readUtilization: () => utilization,
    refusalDelayMs: 0,
    turns: { waiting: () => 0, take: () => undefined },
  });
  /** @returns how many of so many at once were let in */
  const admit = (id: string, count: number) => {
    let admitted = 0;
    for (let index = 0; index < count; index += 1) {
      const refusal = share.admit(id);
      if (refusal === undefined) admitted += 1;
      else refusals.push(refusal.catch((error: unknown) => error));
    }
    return admitted;
  };
  return {
    refusals,
    /** How many of each were let in. */
    pass(busy: number, asked: Readonly<Record<string, number>>): Record<string, number> {
      const admitted: Record<string, number> = {};
      for (let ms = 0; ms < 100; ms += 1) {
        for (const [id, count] of Object.entries(asked)) {
          const due = Math.floor((count * (ms + 1)) / 100) - Math.floor((count * ms) / 100);
          admitted[id] = (admitted[id] ?? 0) + admit(id, due);
        }
        now += 1;
      }
      utilization = busy;
      return admitted;
    },
    admit,
    wait(ms: number): void {
      now += ms;
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

  it("is let in evenly, and a page that opens at once", () => {
    const share = openShare();
    for (let window = 0; window < 3; window += 1) share.pass(1, { flood: 1_600, quiet: 5 });
    // Cut three times: two a millisecond.
    for (let ms = 0; ms < 5; ms += 1) {
      expect(share.admit("flood", 100)).toBe(2);
      share.wait(1);
    }
    expect(share.admit("page", 51)).toBe(50);
    share.wait(1);
    expect(share.admit("page", 51)).toBe(2);
  });

  it("that is alone takes all there is", () => {
    const share = openShare();
    for (let window = 0; window < 5; window += 1) {
      expect(share.pass(1, { flood: 500 })).toEqual({ flood: 500 });
    }
  });
});
