import { describe, expect, it } from "vitest";
import { createRateWindow } from "../../src/gateway/rate-window.ts";

function open() {
  let now = 1_000_000;
  const window = createRateWindow({ now: () => now });
  const take = (count: number, limit = 10) =>
    Array.from({ length: count }, () => window.take(limit)).filter((wait) => wait === 0).length;
  return {
    window,
    take,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

describe("a limit of calls a minute", () => {
  it("lets exactly the limit through, and says how long to wait", () => {
    const { window, take, advance } = open();
    expect(take(9)).toBe(9);
    expect(take(2)).toBe(1);
    advance(20_000);
    expect(window.take(10)).toBe(40);
    advance(40_000);
    expect(window.take(10)).toBeGreaterThan(0);
  });

  it("comes back as the last minute fades", () => {
    const { take, advance } = open();
    take(10);
    advance(90_000);
    expect(take(20)).toBe(5);
    advance(60_000 * 3);
    expect(take(20)).toBe(10);
  });

  it("is passed again after the wait that it gave", () => {
    const { window, take, advance } = open();
    take(10);
    advance(61_000);
    for (let round = 0; round < 20; round++) {
      const wait = window.take(10);
      if (wait === 0) continue;
      advance(wait * 1_000);
      expect(window.take(10)).toBe(0);
    }
  });

  it("of nothing lets nothing through", () => {
    expect(open().take(5, 0)).toBe(0);
  });
});
