/** A text of a person that others are shown: one line, without unseen characters. */
import * as z from "zod";
import { describeHidden, isPlainLine } from "../plain-text.ts";

export const plainLine = (maxLength: number, minLength = 1) =>
  z
    .string()
    .min(minLength)
    .max(maxLength)
    .refine(isPlainLine, { error: (issue) => describeHidden(issue.input) });
