import { defaultViewLimits } from "@berth/protocol";
import { describe, expect, it, vi } from "vitest";
import { ViewTree } from "../../src/view-tree/view-tree.ts";
import { createManualClock } from "../manual-clock.ts";

const modal = (id: string, isOpen: boolean) => [
  0,
  "~",
  { id, type: 1, element: "berth-modal", properties: { title: "T", isOpen }, children: [] },
  0,
];
const setOpen = (id: string, isOpen: boolean) => [3, id, "isOpen", isOpen];

function open(isAllowed: boolean) {
  const mayOpenModal = vi.fn(() => isAllowed);
  const onModalShut = vi.fn();
  const tree = new ViewTree({
    limits: defaultViewLimits,
    clock: createManualClock(),
    mayOpenModal,
    onModalShut,
  });
  const isOpen = (id: string) => {
    const node = tree.snapshot(id);
    return node?.kind === "element" ? node.props.isOpen : undefined;
  };
  return { tree, mayOpenModal, onModalShut, isOpen };
}

describe("a dialog of a view", () => {
  it("is asked about when it opens, and not while it is open", () => {
    const { tree, mayOpenModal, isOpen } = open(true);
    tree.apply([modal("1", false)]);
    expect(mayOpenModal).not.toHaveBeenCalled();
    tree.apply([setOpen("1", true)]);
    tree.apply([[3, "1", "title", "Other"]]);
    expect(isOpen("1")).toBe(true);
    expect(mayOpenModal).toHaveBeenCalledTimes(1);
  });

  it("stays shut when it is refused, drawn open or opened later, and its app is told", () => {
    const { tree, onModalShut, isOpen } = open(false);
    tree.apply([modal("1", true), modal("2", false)]);
    expect([isOpen("1"), isOpen("2")]).toEqual([false, false]);
    tree.apply([setOpen("2", true)]);
    expect(isOpen("2")).toBe(false);
    expect(onModalShut.mock.calls).toEqual([["1"], ["2"]]);
  });

  it("is shut with all others when that is taken back", () => {
    const { tree, onModalShut, isOpen } = open(true);
    tree.apply([modal("1", true), modal("2", true), modal("3", false)]);
    const onChange = vi.fn();
    tree.subscribe("1", onChange);
    tree.shutModals();
    expect([isOpen("1"), isOpen("2")]).toEqual([false, false]);
    expect(onModalShut).toHaveBeenCalledTimes(2);
    expect(onChange).toHaveBeenCalledOnce();
    expect(tree.totals.propsBytes).toBeGreaterThan(0);
    tree.apply([
      [1, "~", 0],
      [1, "~", 0],
      [1, "~", 0],
    ]);
    expect(tree.totals.propsBytes).toBe(0);
  });
});
