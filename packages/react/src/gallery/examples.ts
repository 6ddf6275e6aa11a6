/**
 * Every component of the catalog with examples of it: what the gallery shows. A component without one
 * does not compile, and a test holds each example to its component's schema.
 */
import type { CatalogName } from "@berth/protocol";
import { contentExamples } from "./content-examples.ts";
import { entryExamples } from "./entry-examples.ts";
import type { GalleryExample } from "./example.ts";
import { figureExamples } from "./figure-examples.ts";
import { layoutExamples } from "./layout-examples.ts";
import { noticeExamples } from "./notice-examples.ts";

export type GalleryGroup = "layout" | "entry" | "figures" | "content" | "notices";

type Examples = Readonly<Record<string, readonly GalleryExample[]>>;

export const galleryExamples: Readonly<Record<CatalogName, readonly GalleryExample[]>> =
  Object.freeze({
    ...layoutExamples,
    ...entryExamples,
    ...figureExamples,
    ...contentExamples,
    ...noticeExamples,
  });

export const galleryGroups: readonly {
  readonly group: GalleryGroup;
  readonly examples: Examples;
}[] = Object.freeze([
  { group: "layout", examples: layoutExamples },
  { group: "entry", examples: entryExamples },
  { group: "figures", examples: figureExamples },
  { group: "content", examples: contentExamples },
  { group: "notices", examples: noticeExamples },
]);
