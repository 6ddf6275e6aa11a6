import { BerthError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { createFairShare } from "../../src/runtime/fair-share.ts";
import type { Turns } from "../../src/runtime/turns.ts";

/** Windows of 100 ms, in each of which every installation is asked so many times, evenly. */
function openShare(turns: Turns = { waiting: () => 0, take: () => undefined }) {
  let now = 1_000;
  let utilization = 0;
  const refusals: BerthError[] = [];
  const share = createFairShare({
    clock: { now: () => now },
    readUtilization: () => utilization,
    turns,
  });
  /** @returns how many of so many at once were let in */
  const admit = (id: string, count: number) => {
    let admitted = 0;
    for (let index = 0; index < count; index += 1) {
      const admission = share.admit(id);
      if (admission instanceof BerthError) refusals.push(admission);
      else admitted += 1;
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
  it("is cut until the thread is free enough; others are not touched", () => {
    const share = openShare();
    expect(share.pass(1, { flood: 500, quiet: 5 })).toEqual({ flood: 500, quiet: 5 });
    expect(share.pass(1, { flood: 500, quiet: 5 })).toEqual({ flood: 250, quiet: 5 });
    expect(share.pass(0.6, { flood: 500, quiet: 5 })).toEqual({ flood: 125, quiet: 5 });
    expect(share.pass(0.6, { flood: 500, quiet: 5 })).toEqual({ flood: 125, quiet: 5 });
    expect(share.refusals).toHaveLength(250 + 375 + 375);
    expect(share.refusals[0]).toMatchObject({
      code: "RATE_LIMITED",
      details: { limit: "fair share", retryAfterSeconds: 1 },
    });
    // One error a window, since making one is most of what a refusal costs.
    expect(new Set(share.refusals).size).toBe(3);
  });

  it("is never cut below two hundred a second, and is forgotten when it ends", () => {
    const share = openShare();
    let last = share.pass(1, { flood: 500, quiet: 5 });
    for (let window = 0; window < 8; window += 1) last = share.pass(1, { flood: 500, quiet: 5 });
    expect(last).toEqual({ flood: 20, quiet: 5 });
    expect(share.pass(0.1, { flood: 500, quiet: 5 })).toEqual({ flood: 20, quiet: 5 });
    expect(share.pass(0.1, { flood: 500, quiet: 5 })).toEqual({ flood: 22, quiet: 5 });
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

  it("goes by turns, and who asks for little goes at once", () => {
    const asked: string[] = [];
    const take = (id: string) => {
      asked.push(id);
      return undefined;
    };
    const share = openShare({ waiting: () => 0, take });
    share.pass(1, { flood: 500, quiet: 5 });
    expect(asked).toHaveLength(400);
    expect(new Set(asked)).toEqual(new Set(["flood"]));
  });

  it("whose turns are all taken is refused", () => {
    let waiting = 999;
    const share = openShare({ waiting: () => waiting, take: () => undefined });
    share.pass(0, { quiet: 1 });
    expect(share.admit("flood", 100)).toBe(100);
    waiting = 1_000;
    // Still so many go at once as a page asks for when it opens.
    share.wait(1_000);
    expect(share.admit("flood", 100)).toBe(24);
  });

  it("that is alone takes all there is", () => {
    const share = openShare();
    for (let window = 0; window < 5; window += 1) {
      expect(share.pass(1, { flood: 500 })).toEqual({ flood: 500 });
    }
  });
});
