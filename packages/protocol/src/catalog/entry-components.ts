/** Components by which a reader enters something: forms and the fields that are no text. */
import * as z from "#schema";
import { component, fieldName, finite, flag, label, namedField, option, text } from "./parts.ts";
import { findTextPattern } from "./text-pattern.ts";

/** A day of the calendar, `2026-11-22`, in the years 1 to 9999. */
const calendarDate = z.string().check(
  z.regex(/^\d{4}-\d{2}-\d{2}$/),
  z.refine((value) => {
    const at = new Date(`${value}T00:00:00Z`);
    return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value);
  }, "is not a day of the calendar"),
);

const length = z.number().check(z.int(), z.minimum(0), z.maximum(20_000));

/** What one field of a form must hold. What is empty and not required is right. */
const rule = z.strictObject({
  name: fieldName,
  isRequired: z.optional(flag),
  minLength: z.optional(length),
  maxLength: z.optional(length),
  /** For numbers. */
  min: z.optional(finite),
  max: z.optional(finite),
  format: z.optional(z.enum(["email", "url"])),
  /** Of the whole text; see `text-pattern.ts` for the small part of regular expressions that it knows. */
  pattern: z.optional(
    z.string().check(
      z.minLength(1),
      z.maxLength(200),
      z.refine((source) => findTextPattern(source) !== undefined, "is not a pattern for texts"),
    ),
  ),
  /** Said in place of the catalog's own words when the field breaks the rule. */
  message: z.optional(text(200)),
});

export const entryComponents = {
  /** Fields inside it that have a `name` are checked by its rules, and submitted together. */
  Form: component({
    props: z.strictObject({
      label,
      submitLabel: label,
      rules: z.optional(z.array(rule).check(z.maxLength(100))),
      /** Said of the whole form, such as why the app could not save it. */
      error: z.optional(text()),
      isBusy: z.optional(flag),
    }),
    events: ["submit"],
    children: "any",
  }),
  DateField: component({
    props: z.strictObject({
      ...namedField,
      value: z.nullable(calendarDate),
      min: z.optional(calendarDate),
      max: z.optional(calendarDate),
    }),
    events: ["change"],
    children: "none",
  }),
  Switch: component({
    props: z.strictObject({ ...namedField, isChecked: flag }),
    events: ["change"],
    children: "none",
  }),
  RadioGroup: component({
    props: z.strictObject({
      ...namedField,
      value: z.nullable(text(200)),
      options: z.array(option).check(z.minLength(1), z.maxLength(50)),
      direction: z.optional(z.enum(["vertical", "horizontal"])),
    }),
    events: ["change"],
    children: "none",
  }),
};
