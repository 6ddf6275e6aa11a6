/** The gallery's examples are what a view could send, and there is one of every component. */
import { type CatalogName, catalog } from "@berth/protocol";
import { type GalleryExample, galleryExamples } from "@berth/react/gallery";
import { describe, expect, it } from "vitest";
import { galleryGroups } from "../../src/gallery/examples.ts";

const names = Object.keys(catalog) as CatalogName[];

/** The example and all that stands inside it. */
function flatten(example: GalleryExample): readonly GalleryExample[] {
  return [
    example,
    ...example.children.flatMap((each) => (typeof each === "string" ? [] : flatten(each))),
  ];
}

describe("the gallery", () => {
  it("shows every component of the catalog, and once", () => {
    const shown = galleryGroups.flatMap(({ examples }) => Object.keys(examples));
    expect(shown.sort()).toEqual([...names].sort());
    expect(Object.keys(galleryExamples).sort()).toEqual([...names].sort());
  });

  it.each(names)("has an example of %s that a view could send", (name) => {
    const examples = galleryExamples[name].flatMap(flatten);
    expect(examples.some((example) => example.name === name)).toBe(true);
    for (const example of examples) {
      const { props, events, children } = catalog[example.name];
      expect(props.safeParse(example.props), example.name).toMatchObject({ success: true });
      for (const event of example.hears) expect(events as readonly string[]).toContain(event);
      if (children === "none") expect(example.children).toEqual([]);
      if (children === "text")
        expect(example.children.every((each) => typeof each === "string")).toBe(true);
    }
  });
});
