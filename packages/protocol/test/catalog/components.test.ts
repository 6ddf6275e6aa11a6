import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { type CatalogName, catalog, elementNameOf, findCatalogName } from "../../src/index.ts";

const names = Object.keys(catalog) as CatalogName[];

describe("catalog", () => {
  it("finds every component by its element name and nothing else", () => {
    for (const name of names) expect(findCatalogName(elementNameOf(name))).toBe(name);
    expect(elementNameOf("TextField")).toBe("berth-text-field");
    for (const other of ["div", "script", "berth-script", "berth-constructor", "toString"]) {
      expect(findCatalogName(other)).toBeUndefined();
    }
  });

  it.each(names)("%s refuses a property that it does not declare", (name) => {
    for (const key of ["dangerouslySetInnerHTML", "onClick", "style", "className", "ref", "href"]) {
      const result = z.safeParse(z.partial(catalog[name].props), { [key]: "x" });
      expect(result.success, `${name}.${key}`).toBe(false);
    }
  });

  it("asks for an accessible name wherever there is a control or a picture", () => {
    for (const name of [
      "TextField",
      "NumberField",
      "Select",
      "Checkbox",
      "Table",
      "LineChart",
      "BarChart",
      "Modal",
      "Spinner",
    ] as const) {
      const required = (z.toJSONSchema(catalog[name].props).required ?? []) as string[];
      expect(required.includes("label") || required.includes("title"), name).toBe(true);
    }
  });
});
