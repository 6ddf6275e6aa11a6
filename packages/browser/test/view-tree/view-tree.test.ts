import { defaultViewLimits, isBerthError, type ViewLimits } from "@berth/protocol";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { rootId } from "../../src/view-tree/nodes.ts";
import { ViewTree } from "../../src/view-tree/view-tree.ts";
import { createManualClock } from "../manual-clock.ts";

const openTree = (limits: Partial<ViewLimits> = {}) =>
  new ViewTree({ limits: { ...defaultViewLimits, ...limits }, clock: createManualClock() });
const element = (id: string, name: string, properties: object = {}, children: unknown[] = []) => ({
  id,
  type: 1,
  element: name,
  properties,
  children,
});
const text = (id: string, data: string) => ({ id, type: 3, data });
const insert = (child: unknown, parent = "~", index = 0) => [0, parent, child, index];

describe("the view tree", () => {
  it("draws, changes and removes, telling only whoever watches the node", () => {
    const tree = openTree();
    tree.apply([insert(element("1", "berth-button", {}, [text("2", "Add")]))]);
    const onText = vi.fn();
    const onRoot = vi.fn();
    tree.subscribe("2", onText);
    tree.subscribe(rootId, onRoot);
    tree.apply([[2, "2", "Added"]]);
    expect(tree.snapshot("2")).toEqual({ kind: "text", id: "2", text: "Added" });
    expect(onText).toHaveBeenCalledOnce();
    expect(onRoot).not.toHaveBeenCalled();
    tree.apply([[1, "~", 0]]);
    expect(tree.snapshot("1")).toBeUndefined();
    expect(tree.snapshot("2")).toBeUndefined();
    expect(tree.totals).toEqual({ nodes: 0, textBytes: 0, propsBytes: 0 });
  });

  it("gives the same snapshot until the node changes", () => {
    const tree = openTree();
    tree.apply([insert(element("1", "berth-badge", { tone: "info" }))]);
    const before = tree.snapshot("1");
    expect(tree.snapshot("1")).toBe(before);
    tree.apply([[3, "1", "tone", "danger", 1]]);
    expect(tree.snapshot("1")).not.toBe(before);
    expect(before).toMatchObject({ props: { tone: "info" } });
  });

  it("lets a required property come later in the same batch, and not be missing after it", () => {
    const tree = openTree();
    tree.apply([insert(element("1", "berth-page")), [3, "1", "title", "Orders", 1]]);
    expect(tree.snapshot("1")).toMatchObject({ props: { title: "Orders" } });
    expect(() => tree.apply([[3, "1", "title", null, 1]])).toThrow(/Page lacks the property title/);
    expect(tree.snapshot("1")).toMatchObject({ props: { title: "Orders" } });
  });

  it("tells null as a value from null as an absence", () => {
    const tree = openTree();
    tree.apply([insert(element("1", "berth-number-field", { label: "n", value: null, min: 1 }))]);
    tree.apply([[3, "1", "min", null, 1]]);
    expect(tree.snapshot("1")).toMatchObject({ props: { label: "n", value: null } });
    expect(tree.snapshot("1")).not.toMatchObject({ props: { min: expect.anything() } });
  });

  it.each([
    ["an element that is not in the catalog", insert(element("1", "script")), /"script"/],
    ["an HTML element", insert(element("1", "iframe", { src: "https://x" })), /"iframe"/],
    ["an unknown property", insert(element("1", "berth-badge", { onclick: "x" })), /"onclick"/],
    [
      "dangerouslySetInnerHTML",
      insert(element("1", "berth-stack", { dangerouslySetInnerHTML: { __html: "<b>" } })),
      /dangerouslySetInnerHTML/,
    ],
    ["a property of the wrong kind", insert(element("1", "berth-badge", { tone: 7 })), /tone/],
    [
      "an attribute",
      insert({ ...element("1", "berth-badge"), attributes: { style: "x" } }),
      /attributes/,
    ],
    ["an attribute's update", [3, "~", "style", "x", 2], /attribute/],
    [
      "an event it does not have",
      insert({ ...element("1", "berth-badge"), eventListeners: { press: true } }),
      /no event "press"/,
    ],
    [
      "children where there are none",
      insert(element("1", "berth-spinner", { label: "x" }, [text("2", "y")])),
      /takes no children/,
    ],
    [
      "an element in text",
      insert(element("1", "berth-text", {}, [element("2", "berth-badge")])),
      /text only/,
    ],
    ["a parent that does not exist", insert(text("1", "x"), "77"), /no parent "77"/],
    ["a place beyond the children", insert(text("1", "x"), "~", 3), /at 3/],
    ["a negative place", insert(text("1", "x"), "~", -1), /index -1/],
    ["a node that names itself the root", insert(text("~", "x")), /id "~"/],
    ["the removal of a child that is not there", [1, "~", 0], /no child at 0/],
    ["a record of no kind", [9, "~"], /kind 9/],
    ["text set to an object", [2, "~", {}], /no text/],
  ])("refuses %s and names it", (_what, record, message) => {
    const tree = openTree();
    expect(() => tree.apply([record])).toThrow(message);
    expect(tree.totals.nodes).toBe(0);
  });

  it("refuses a second node of the same id, inside one insert too", () => {
    const tree = openTree();
    const twins = element("1", "berth-stack", {}, [text("2", "a"), text("2", "b")]);
    expect(() => tree.apply([insert(twins)])).toThrow(/second node "2"/);
  });

  it("applies none of a batch that holds one refused record", () => {
    const tree = openTree();
    expect(() =>
      tree.apply([insert(text("1", "kept?")), insert(element("2", "script"))]),
    ).toThrow();
    expect(tree.snapshot(rootId)).toMatchObject({ children: [] });
    expect(tree.snapshot("1")).toBeUndefined();
  });

  it.each([
    ["nodes", { maxNodes: 3 }, 3],
    ["depth", { maxDepth: 3 }, 3],
  ] as const)("takes as many %s as allowed and refuses one more", (what, limits, most) => {
    const drawing = (count: number) => {
      if (what === "nodes")
        return Array.from({ length: count }, (_, id) => insert(text(`${id}`, "")));
      let node: unknown = text("0", "");
      for (let level = 1; level < count; level++)
        node = element(`${level}`, "berth-stack", {}, [node]);
      return [insert(node)];
    };
    openTree(limits).apply(drawing(most));
    expect(() => openTree(limits).apply(drawing(most + 1))).toThrow(
      expect.objectContaining({ code: "VIEW_LIMIT_EXCEEDED" }),
    );
  });

  it("bounds text and properties together, and gives room back on removal", () => {
    const tree = openTree({ maxTextBytes: 10, maxPropsBytes: 300 });
    tree.apply([insert(text("1", "0123456789"))]);
    expect(() => tree.apply([insert(text("2", "x"))])).toThrow(/text/);
    tree.apply([[1, "~", 0]]);
    tree.apply([insert(text("2", "x"))]);
    const heavy = element("3", "berth-stat", { label: "x", value: "y", detail: "z".repeat(100) });
    tree.apply([insert(heavy)]);
    expect(() => tree.apply([insert({ ...heavy, id: "4" })])).toThrow(/properties/);
  });

  it("bounds mutations a second, counting each inserted node", () => {
    const many = Array.from({ length: 60 }, (_, id) => text(`${id}`, ""));
    const tree = openTree({ maxMutationsPerSecond: 100 });
    tree.apply([insert(element("s", "berth-stack", {}, many))]);
    expect(() =>
      tree.apply([
        insert(
          element(
            "t",
            "berth-stack",
            {},
            many.map((n) => ({ ...n, id: `b${n.id}` })),
          ),
        ),
      ]),
    ).toThrow(/mutations a second/);
  });

  it("never holds what the catalog does not allow, whatever is sent", () => {
    const names = fc.constantFrom(
      "berth-button",
      "berth-stack",
      "berth-text",
      "script",
      "berth-table",
      "__proto__",
    );
    const id = fc.constantFrom("~", "1", "2", "3", "4", "__proto__", "constructor", "");
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom("info", "primary", true));
    const prop = fc.constantFrom(
      "tone",
      "variant",
      "direction",
      "__proto__",
      "style",
      "ref",
      "key",
      "children",
    );
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof(
        fc.record({ id, type: fc.constantFrom(3, 8), data: fc.string() }),
        fc.record({
          id,
          type: fc.constant(1),
          element: names,
          properties: fc.dictionary(prop, value),
          children: fc.array(tie("node"), { maxLength: 3 }),
        }),
        fc.jsonValue(),
      ),
    }));
    const record = fc.oneof(
      fc.tuple(fc.constant(0), id, node, fc.integer({ min: -1, max: 3 })),
      fc.tuple(fc.constant(1), id, fc.integer({ min: -1, max: 3 })),
      fc.tuple(fc.constant(2), id, value),
      fc.tuple(fc.constant(3), id, prop, value, fc.constantFrom(1, 2, 3)),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.array(fc.array(record, { maxLength: 4 }), { maxLength: 6 }), (batches) => {
        const tree = openTree();
        for (const batch of batches) {
          try {
            tree.apply(batch);
          } catch (error) {
            if (!isBerthError(error)) throw error;
          }
        }
        let reachable = 0;
        const visit = (id: string): void => {
          const found = tree.snapshot(id);
          if (found === undefined) throw new Error(`a child ${id} that is not there`);
          if (found.kind === "element") {
            if (Object.hasOwn(found.props, "ref") || Object.hasOwn(found.props, "style"))
              throw new Error("a property that is not in the catalog");
          }
          if (found.kind !== "root") reachable += 1;
          if (found.kind === "root" || found.kind === "element") found.children.forEach(visit);
        };
        visit(rootId);
        return reachable === tree.totals.nodes;
      }),
      { numRuns: 400 },
    );
  });
});
