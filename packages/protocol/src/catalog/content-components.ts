/** Components that show something longer than a word: documents, code, trees, pictures, lists. */
import * as z from "#schema";
import { findImageSize, maxImageSourceLength } from "./image-source.ts";
import { component, flag, label, text } from "./parts.ts";

export const contentComponents = {
  /** Never read as HTML. Links lead nowhere by themselves: the app hears which one was pressed. */
  Markdown: component({
    props: z.strictObject({ source: text(50_000) }),
    events: ["link"],
    children: "none",
  }),
  /** Shown, copied by the reader, never run. */
  Code: component({
    props: z.strictObject({
      label,
      code: text(100_000),
      language: z.optional(text(40)),
      isWrapping: z.optional(flag),
    }),
    events: [],
    children: "none",
  }),
  Tree: component({
    props: z.strictObject({
      label,
      /** In the order of reading: what follows an item at a higher level stands inside it. */
      items: z
        .array(
          z.strictObject({
            id: text(200),
            label,
            level: z.number().check(z.int(), z.minimum(1), z.maximum(12)),
            detail: z.optional(text(200)),
            isOpen: z.optional(flag),
          }),
        )
        .check(z.maxLength(2000)),
      /** The id of the chosen item. */
      value: z.optional(z.nullable(text(200))),
    }),
    events: ["choose", "toggle"],
    children: "none",
  }),
  Image: component({
    props: z.strictObject({
      /** A data URL of a PNG, JPEG or WebP that does not move; at most 4 megapixels. */
      source: z.string().check(
        z.maxLength(maxImageSourceLength),
        z.refine((source) => findImageSize(source) !== undefined, "is not a picture for views"),
      ),
      /** What the picture shows, for those who do not see it. */
      label,
      caption: z.optional(text()),
      /** Pixels; never wider than the view. */
      width: z.optional(z.number().check(z.minimum(8), z.maximum(4096))),
      isRounded: z.optional(flag),
    }),
    events: [],
    children: "none",
  }),
  List: component({
    props: z.strictObject({
      label,
      items: z
        .array(
          z.strictObject({
            id: text(200),
            title: label,
            description: z.optional(text()),
            /** At the end of the line, such as an amount. */
            detail: z.optional(text(120)),
          }),
        )
        .check(z.maxLength(1000)),
      isOrdered: z.optional(flag),
      emptyText: z.optional(text()),
    }),
    events: ["choose"],
    children: "none",
  }),
  Progress: component({
    props: z.strictObject({
      label,
      /** Of 100; null while nobody knows. */
      value: z.nullable(z.number().check(z.minimum(0), z.maximum(100))),
      detail: z.optional(text(120)),
      tone: z.optional(z.enum(["info", "success", "warning", "danger"])),
    }),
    events: [],
    children: "none",
  }),
  Divider: component({
    props: z.strictObject({ label: z.optional(text(200)) }),
    events: [],
    children: "none",
  }),
};
