import { describe, expect, it } from "vitest";
import { createGrowthWatch, type Growth } from "../../src/resources/growth-watch.ts";

/** One value a second; what was told, with the second in which it was. */
function watch(values: readonly number[]): readonly (Growth & { second: number })[] {
  const growth = createGrowthWatch();
  return values.flatMap((value, second) => {
    const told = growth.note(value, second * 1_000);
    return told === undefined ? [] : [{ ...told, second }];
  });
}

const seconds = (count: number, value: (second: number) => number) =>
  Array.from({ length: count }, (_, second) => value(second));

describe("the watch for growth", () => {
  it("tells of a minute's steady growth, once, and again when it has doubled", () => {
    const told = watch(seconds(200, (second) => second * 10));
    expect(told[0]).toEqual({ from: 0, to: 500, overMs: 60_000, second: 60 });
    expect(told).toHaveLength(2);
    expect(told[1]?.to).toBeGreaterThanOrEqual(1_000);
  });

  it.each([
    ["stays where it is", seconds(300, () => 5_000)],
    ["grows and clears away", seconds(300, (second) => (second % 50) * 40)],
    ["grows at first, then rests", seconds(300, (second) => Math.min(second, 30) * 40)],
    ["jumps once", seconds(300, (second) => (second < 90 ? 10 : 9_000))],
    ["grows by little", seconds(300, (second) => 10_000 + second)],
  ])("is silent about a view that %s", (_what, values) => {
    expect(watch(values)).toEqual([]);
  });
});
