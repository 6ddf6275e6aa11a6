/** What the catalog's schemas are made of: bounded text, names, fields. */
import * as z from "#schema";

export const text = (max = 500) => z.string().check(z.maxLength(max));
export const label = z.string().check(z.minLength(1), z.maxLength(200));
export const gap = z.enum(["none", "xs", "sm", "md", "lg", "xl"]);
export const tone = z.enum(["neutral", "info", "success", "warning", "danger"]);
export const finite = z
  .number()
  .check(z.refine((value) => Number.isFinite(value), "is not finite"));
export const flag = z.boolean();
export const option = z.strictObject({ value: text(200), label: text(200) });

/** The key of a field's value in what its form submits. */
export const fieldName = z.string().check(z.regex(/^[a-zA-Z][\w.-]{0,63}$/));

export const field = {
  label,
  description: z.optional(text()),
  error: z.optional(text()),
  isDisabled: z.optional(flag),
  isRequired: z.optional(flag),
  isLabelHidden: z.optional(flag),
};

/** A field that a `Form` submits: below one, `name` is its key in the values and in the rules. */
export const namedField = { ...field, name: z.optional(fieldName) };

/** What an event tells the app; parsed on the worker side only as a courtesy. */
export type CatalogEventName =
  | "press"
  | "change"
  | "submit"
  | "close"
  | "rowPress"
  | "sort"
  | "select"
  | "choose"
  | "toggle"
  | "link";

export interface CatalogComponent {
  readonly props: z.ZodMiniObject;
  readonly events: readonly CatalogEventName[];
  /** `text`: text nodes only. */
  readonly children: "none" | "text" | "any";
}

export function component<const T extends CatalogComponent>(definition: T): T {
  return definition;
}
