import { describe, expect, it } from "vitest";
import { createBarLayout } from "../../src/catalog/charts/bar-layout.ts";
import { createChartData } from "../../src/catalog/charts/chart-data.ts";
import { createLineLayout } from "../../src/catalog/charts/line-layout.ts";
import { thinLine } from "../../src/catalog/charts/thin-line.ts";

const size = { width: 600, height: 240, formatTick: String };
const categories = ["a", "b", "c"];

describe("createBarLayout", () => {
  it("stacks gains up from zero and losses down from it", () => {
    const data = createChartData({
      categories,
      series: [
        { name: "x", values: [10, -4, null] },
        { name: "y", values: [5, -6, 3] },
      ],
    });
    const layout = createBarLayout({ ...size, data, isStacked: true, isHorizontal: false });
    const lower = layout.bar({ index: 0, series: 0 });
    const upper = layout.bar({ index: 0, series: 1 });
    expect((upper?.y ?? 0) + (upper?.height ?? 0)).toBeCloseTo(lower?.y ?? -1);
    expect(layout.bar({ index: 1, series: 0 })?.y).toBeCloseTo(layout.zero);
    expect(layout.bar({ index: 2, series: 0 })).toBeUndefined();
  });

  it.each([false, true])("finds each bar by its own middle (horizontal %s)", (isHorizontal) => {
    for (const isStacked of [false, true]) {
      const data = createChartData({
        categories,
        series: [
          { name: "x", values: [10, 4, 7] },
          { name: "y", values: [5, 6, 3] },
        ],
      });
      const layout = createBarLayout({ ...size, data, isStacked, isHorizontal });
      for (const index of [0, 1, 2])
        for (const series of [0, 1]) {
          const bar = layout.bar({ index, series });
          if (bar === undefined) throw new Error("There is a value, and so there is a bar.");
          const found = layout.locate(bar.x + bar.width / 2, bar.y + bar.height / 2);
          expect(found).toEqual({ index, series });
        }
    }
  });

  it.each([
    ["nothing", { categories: [], series: [] }],
    ["no values", { categories, series: [{ name: "x", values: [] }] }],
    ["zeros", { categories, series: [{ name: "x", values: [0, 0, 0] }] }],
    [
      "the largest numbers",
      { categories, series: [{ name: "x", values: [1.7e308, -1.7e308, 1] }] },
    ],
    [
      "more values than categories",
      { categories, series: [{ name: "x", values: [1, 2, 3, 4, 5] }] },
    ],
  ])("draws %s without a number that is none", (_, given) => {
    const data = createChartData(given);
    for (const isStacked of [false, true]) {
      const bars = createBarLayout({ ...size, data, isStacked, isHorizontal: isStacked });
      expect(JSON.stringify([bars.paths, bars.valueTicks, bars.plot])).not.toMatch(
        /NaN|null|Infin/,
      );
    }
    const lines = createLineLayout({ ...size, data });
    expect(JSON.stringify([lines.paths, lines.valueTicks, lines.plot])).not.toMatch(
      /NaN|null|Infin/,
    );
    expect(lines.locate(-1, 0)).toBeUndefined();
  });
});

describe("thinLine", () => {
  it("keeps peaks, troughs, gaps and both ends", () => {
    const values: (number | null)[] = Array.from({ length: 10_000 }, (_, index) => index % 7);
    values[1234] = 1000;
    values[5678] = -1000;
    values[7777] = null;
    const kept = new Map(thinLine(values, 200).map(({ index, value }) => [index, value]));
    expect(kept.size).toBeLessThan(1_100);
    expect([kept.get(1234), kept.get(5678), kept.get(7777)]).toEqual([1000, -1000, null]);
    expect(kept.has(0) && kept.has(9999)).toBe(true);
  });

  it("leaves short lines alone", () => {
    expect(thinLine([1, null, 3], 300)).toHaveLength(3);
  });
});
