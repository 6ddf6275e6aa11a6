import { defaultViewLimits } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { drawAnew } from "../../src/runtime/draw-anew.ts";
import { rootId } from "../../src/view-tree/nodes.ts";
import { ViewTree } from "../../src/view-tree/view-tree.ts";
import { createManualClock } from "../manual-clock.ts";

/** One insertion into the root, as Remote DOM writes it. */
const insert = (id: string, data: string) => [0, rootId, { type: 3, id, data }, 0];
const textsOf = (tree: ViewTree) => {
  const root = tree.snapshot(rootId);
  const ids = root?.kind === "root" ? root.children : [];
  return ids.map((id) => {
    const node = tree.snapshot(id);
    return node?.kind === "text" ? node.text : undefined;
  });
};

describe("a run that follows another", () => {
  it("takes the place of what stood with its first batch, and nobody sees nothing between", () => {
    const tree = new ViewTree({ limits: defaultViewLimits, clock: createManualClock() });
    let current = 1;
    const first = drawAnew(tree, () => current === 1);
    first([insert("1", "old"), insert("2", "older")]);
    expect(textsOf(tree)).toEqual(["older", "old"]);

    current = 2;
    const second = drawAnew(tree, () => current === 2);
    expect(textsOf(tree)).toEqual(["older", "old"]);
    expect(first([insert("3", "too late")])).toBe(0);
    expect(second([insert("1", "new")])).toBeGreaterThan(0);
    second([insert("2", "newer")]);
    expect(textsOf(tree)).toEqual(["newer", "new"]);
  });

  it("leaves nothing standing when its first batch is refused", () => {
    const tree = new ViewTree({ limits: defaultViewLimits, clock: createManualClock() });
    drawAnew(tree, () => true)([insert("1", "old")]);
    expect(() => drawAnew(tree, () => true)("nonsense")).toThrow("not a list");
    expect(textsOf(tree)).toEqual([]);
  });
});
