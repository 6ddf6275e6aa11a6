import { type CatalogName, catalog, elementNameOf } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { elementsTable, tagOf } from "../../src/view/elements-table.ts";

describe("the worker's table of elements", () => {
  it("names the components of the catalog, no more and no less", () => {
    expect(Object.keys(elementsTable).sort()).toEqual(Object.keys(catalog).sort());
  });

  it.each(Object.keys(catalog) as CatalogName[])(
    "has the properties, events and tag of %s",
    (name) => {
      expect([...elementsTable[name].props].sort()).toEqual(
        Object.keys(catalog[name].props.shape).sort(),
      );
      expect(elementsTable[name].events).toEqual(catalog[name].events);
      expect(tagOf(name)).toBe(elementNameOf(name));
    },
  );
});
