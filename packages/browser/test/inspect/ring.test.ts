import { describe, expect, it } from "vitest";
import { createRing } from "../../src/inspect/ring.ts";

const fill = (max: number, count: number) => {
  const ring = createRing<string>(max);
  for (let added = 0; added < count; added++) ring.add((id) => `entry ${id}`);
  return ring;
};

describe("a ring", () => {
  it.each([
    [2, ["entry 1", "entry 2"]],
    [3, ["entry 1", "entry 2", "entry 3"]],
    [4, ["entry 2", "entry 3", "entry 4"]],
    [8, ["entry 6", "entry 7", "entry 8"]],
  ])("of three keeps the latest of %i", (count, kept) => {
    const ring = fill(3, count);
    expect(ring.entries()).toEqual(kept);
    expect(ring.last).toBe(kept.at(-1));
    expect(ring.total).toBe(count);
  });

  it("replaces what it still has, and nothing else", () => {
    const ring = fill(3, 5);
    for (const id of [0, 2, 6, -1]) ring.replace(id, "gone");
    ring.replace(3, "oldest");
    ring.replace(5, "newest");
    expect(ring.entries()).toEqual(["oldest", "entry 4", "newest"]);
  });

  it("hands out the same list until something changes", () => {
    const ring = fill(3, 5);
    const before = ring.entries();
    expect(ring.entries()).toBe(before);
    ring.add((id) => `entry ${id}`);
    expect(ring.entries()).not.toBe(before);
    expect(before).toEqual(["entry 3", "entry 4", "entry 5"]);
  });

  it("is empty once cleared, and goes on counting", () => {
    const ring = fill(3, 5);
    ring.clear();
    expect([ring.entries(), ring.last, ring.total]).toEqual([[], undefined, 5]);
    ring.replace(5, "gone");
    ring.add((id) => `entry ${id}`);
    expect([ring.entries(), ring.total]).toEqual([["entry 6"], 6]);
  });
});
