/** Holds what a field shows against its rule. */
import { type CatalogProps, findTextPattern } from "@berth/protocol";
import type { CatalogMessages } from "../messages.ts";
import type { FieldValue } from "./form-context.ts";

export type FormRule = NonNullable<CatalogProps<"Form">["rules"]>[number];

export interface ProblemWords {
  readonly messages: CatalogMessages;
  readonly formatNumber: (value: number) => string;
}

/** One sentence to the reader; undefined when the value is right. */
export function findProblem(
  rule: FormRule,
  value: FieldValue,
  words: ProblemWords,
): string | undefined {
  const { messages } = words;
  // A box that must be ticked is empty while it is not.
  const isEmpty = value === null || value === false || (typeof value === "string" && !value.trim());
  if (isEmpty) return rule.isRequired ? (rule.message ?? messages.fieldRequired) : undefined;
  const problem =
    typeof value === "number"
      ? numberProblem(rule, value, words)
      : typeof value === "string"
        ? textProblem(rule, value, words)
        : undefined;
  return problem === undefined ? undefined : (rule.message ?? problem);
}

function numberProblem(rule: FormRule, value: number, words: ProblemWords): string | undefined {
  const { messages, formatNumber } = words;
  if (rule.min !== undefined && value < rule.min)
    return messages.fieldTooSmall(formatNumber(rule.min));
  if (rule.max !== undefined && value > rule.max)
    return messages.fieldTooLarge(formatNumber(rule.max));
  return undefined;
}

function textProblem(rule: FormRule, value: string, words: ProblemWords): string | undefined {
  const { messages, formatNumber } = words;
  const { minLength, maxLength, format, pattern } = rule;
  if (minLength !== undefined && value.length < minLength)
    return messages.fieldTooShort(formatNumber(minLength));
  if (maxLength !== undefined && value.length > maxLength)
    return messages.fieldTooLong(formatNumber(maxLength));
  if (format === "email" && !isEmail(value)) return messages.fieldNoEmail;
  if (format === "url" && !isAddress(value)) return messages.fieldNoAddress;
  if (pattern !== undefined && !findTextPattern(pattern)?.matches(value))
    return messages.fieldMisshapen;
  return undefined;
}

/** Something, an at sign, a host with a dot. Whether it is read is known only by writing to it. */
function isEmail(value: string): boolean {
  const parts = value.split("@");
  const [user = "", host = ""] = parts;
  return parts.length === 2 && user !== "" && !/\s/.test(value) && /^[^.]+(?:\.[^.]+)+$/.test(host);
}

function isAddress(value: string): boolean {
  return URL.canParse(value) && ["http:", "https:"].includes(new URL(value).protocol);
}
