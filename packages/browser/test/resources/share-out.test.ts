import { describe, expect, it } from "vitest";
import { shareOut, weightOfApp } from "../../src/resources/share-out.ts";

type Row = readonly [id: string, weight: number, demand: number, share: number];

describe("sharing the page's budget out", () => {
  it.each<[string, Row[]]>([
    ["one app gets all of it", [["a", 1, 10, 300]]],
    [
      "two that ask for too much get halves",
      [
        ["a", 1, 900, 150],
        ["b", 1, 900, 150],
      ],
    ],
    [
      "the heavier gets twice as much while both ask for more",
      [
        ["a", 2, 900, 200],
        ["b", 1, 900, 100],
      ],
    ],
    [
      "what the heavier leaves goes to who asks",
      [
        ["a", 2, 50, 50],
        ["b", 1, 900, 250],
      ],
    ],
    [
      "a small demand is met, and the rest is divided",
      [
        ["a", 1, 20, 20],
        ["b", 1, 400, 140],
        ["c", 1, 400, 140],
      ],
    ],
    [
      "a demand of exactly its part is met",
      [
        ["a", 1, 100, 100],
        ["b", 1, 100, 100],
        ["c", 1, 100, 100],
      ],
    ],
    [
      "what nobody asks for is room for all, by weight",
      [
        ["a", 2, 60, 180],
        ["b", 1, 60, 120],
      ],
    ],
    [
      "an idle app has room too",
      [
        ["a", 1, 0, 150],
        ["b", 1, 0, 150],
      ],
    ],
  ])("%s", (_what, rows) => {
    const shares = shareOut(
      300,
      rows.map(([id, weight, demand]) => ({ id, weight, demand })),
    );
    for (const [id, , , share] of rows) expect(shares.get(id), id).toBeCloseTo(share, 6);
  });

  it("has nobody to give to", () => {
    expect(shareOut(300, []).size).toBe(0);
  });

  it("gives the foreground two thirds of what is fought over, however many others there are", () => {
    for (const others of [1, 2, 9]) {
      const claims = Array.from({ length: others + 1 }, (_, index) => ({
        id: String(index),
        weight: weightOfApp(index === 0, others),
        demand: 10_000,
      }));
      const shares = shareOut(900, claims);
      expect(shares.get("0")).toBeCloseTo(600, 6);
      expect(shares.get("1")).toBeCloseTo(300 / others, 6);
    }
  });
});
