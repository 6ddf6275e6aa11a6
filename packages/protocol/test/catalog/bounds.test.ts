/** The bounds of forms, dates, trees, lists, menus and documents: at them, and just above. */
import { describe, expect, it } from "vitest";
import { type CatalogName, catalog } from "../../src/index.ts";

const fits = (name: CatalogName, props: unknown): boolean =>
  catalog[name].props.safeParse(props).success;
const long = (length: number) => "x".repeat(length);
const many = <Item>(count: number, item: Item): Item[] => Array<Item>(count).fill(item);

/** Whole properties of each, then the name without which it says nothing to who does not see it. */
const whole = {
  Form: [{ label: "New order", submitLabel: "Save" }, "label"],
  DateField: [{ label: "Due", value: null }, "label"],
  Switch: [{ label: "On", isChecked: false }, "label"],
  RadioGroup: [{ label: "Side", value: null, options: [{ value: "a", label: "A" }] }, "label"],
  Code: [{ label: "Query", code: "" }, "label"],
  Tree: [{ label: "Folders", items: [] }, "label"],
  List: [{ label: "Orders", items: [] }, "label"],
  Progress: [{ label: "Imported", value: null }, "label"],
  Drawer: [{ title: "Order", isOpen: true }, "title"],
  Toast: [{ message: "Saved" }, "message"],
  Menu: [{ label: "Actions", items: [{ value: "a", label: "A" }] }, "label"],
} as const;

describe.each(Object.entries(whole))("%s", (name, [props, named]) => {
  it("needs an accessible name of 1 to 200 characters", () => {
    const component = name as CatalogName;
    expect(fits(component, props)).toBe(true);
    expect(fits(component, { ...props, [named]: long(200) })).toBe(true);
    for (const bad of [undefined, "", long(201), 1])
      expect(fits(component, { ...props, [named]: bad }), String(bad)).toBe(false);
  });
});

describe("the catalog's bounds", () => {
  it("keep a form's rules to what can be checked", () => {
    const form = (rule: object, count = 1) =>
      fits("Form", { ...whole.Form[0], rules: many(count, { name: "code", ...rule }) });
    expect(form({ isRequired: true, pattern: "[A-Z]{2}", message: "Two capitals" })).toBe(true);
    expect(form({}, 100)).toBe(true);
    expect(form({}, 101)).toBe(false);
    for (const bad of [
      { pattern: "(a+)+" },
      { pattern: long(201) },
      { name: "__proto__" },
      { name: "" },
      { min: Number.NaN },
      { format: "html" },
      { message: long(201) },
      { test: "x" },
    ])
      expect(form(bad), JSON.stringify(bad)).toBe(false);
    expect(fits("TextField", { label: "a", value: "", name: "__proto__" })).toBe(false);
  });

  it("know the days of the calendar", () => {
    const day = (value: unknown) => fits("DateField", { label: "Due", value });
    for (const good of ["2026-11-22", "2024-02-29", "0001-01-01", "9999-12-31", null])
      expect(day(good), String(good)).toBe(true);
    for (const bad of [
      "2026-02-29",
      "2026-13-01",
      "2026-1-1",
      "22/11/2026",
      "2026-11-22T00:00",
      "",
    ])
      expect(day(bad), bad).toBe(false);
  });

  it("hold trees, lists, menus and texts to their sizes", () => {
    const item = { id: "a", label: "A", level: 1 };
    expect(fits("Tree", { label: "x", items: many(2000, { ...item, level: 12 }) })).toBe(true);
    expect(fits("Tree", { label: "x", items: many(2001, item) })).toBe(false);
    for (const level of [0, 13, 1.5, "1"])
      expect(fits("Tree", { label: "x", items: [{ ...item, level }] }), String(level)).toBe(false);
    expect(fits("List", { label: "x", items: many(1001, { id: "a", title: "A" }) })).toBe(false);
    expect(fits("Menu", { label: "x", items: many(51, { value: "a", label: "A" }) })).toBe(false);
    expect(fits("Menu", { label: "x", items: [] })).toBe(false);
    expect(fits("Markdown", { source: long(50_000) })).toBe(true);
    expect(fits("Markdown", { source: long(50_001) })).toBe(false);
    expect(fits("Code", { label: "x", code: long(100_001) })).toBe(false);
    for (const value of [-1, 101, Number.NaN, Number.POSITIVE_INFINITY])
      expect(fits("Progress", { label: "x", value }), String(value)).toBe(false);
  });
});
