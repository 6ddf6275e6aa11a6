import { describe, expect, it } from "vitest";
import { readTree, type TreeItem } from "../../src/catalog/tree/tree-rows.ts";

const items = (...levels: readonly number[]): TreeItem[] =>
  levels.map((level, index) => ({ id: `i${index}`, label: `Item ${index}`, level, isOpen: true }));
const drawn = (given: readonly TreeItem[]) =>
  readTree(given, (item) => item.isOpen === true).map(({ index, level, parent, place, siblings }) =>
    [index, level, parent, place, siblings].join(" "),
  );

describe("a tree's rows", () => {
  it("know their level, parent and place", () => {
    expect(drawn(items(1, 2, 3, 2, 1))).toEqual([
      "0 1 -1 1 2",
      "1 2 0 1 2",
      "2 3 1 1 1",
      "3 2 0 2 2",
      "4 1 -1 2 2",
    ]);
  });

  it("leave out what stands inside a closed one, however deep", () => {
    const given = items(1, 2, 3, 1).map((item, index) =>
      index === 0 ? { ...item, isOpen: false } : item,
    );
    expect(drawn(given)).toEqual(["0 1 -1 1 2", "3 1 -1 2 2"]);
  });

  it("are one level deeper than their parent at most, whatever the app wrote", () => {
    expect(drawn(items(5, 9, 2, 1))).toEqual([
      "0 1 -1 1 2",
      "1 2 0 1 2",
      "2 2 0 2 2",
      "3 1 -1 2 2",
    ]);
    expect(drawn([])).toEqual([]);
  });
});
