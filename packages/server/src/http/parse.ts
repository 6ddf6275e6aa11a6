/** Parses a part of a request by its schema, or says where it is wrong and what was expected. */
import { BerthError } from "@berth/protocol";
import type * as z from "zod";

const maxShownChars = 80;
const maxProblems = 20;

function formatPath(part: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`),
    part,
  );
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > maxShownChars ? `${text.slice(0, maxShownChars)}…` : text;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected}`;
    case "invalid_value":
      return `expected one of ${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return issue.message.startsWith("Invalid")
        ? `expected the form ${issue.pattern ?? issue.format}`
        : issue.message;
    case "too_small":
      return `expected at least ${issue.minimum} (${issue.origin})`;
    case "too_big":
      return `expected at most ${issue.maximum} (${issue.origin})`;
    default:
      return issue.message;
  }
}

function describe(issue: z.core.$ZodIssue, part: string, root: unknown, isSecret: boolean) {
  const path = formatPath(part, issue.path);
  const value = valueAt(root, issue.path);
  const is = value === undefined ? "is missing" : isSecret ? "is refused" : `is ${shown(value)}`;
  return { path, message: `${path} ${is}; ${expectation(issue)}.` };
}

/** Values under these names are never repeated in a message. */
const secretNames = /password|token|secret|value/i;

/**
 * @param part - `params`, `query` or `body`, for the message
 * @throws REQUEST_INVALID, `details.problems` as `{ path, message }[]`
 */
export function parsePart<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, maxProblems).map((issue) => {
    const isSecret = issue.path.some((key) => secretNames.test(String(key)));
    return describe(issue, part, value, isSecret);
  });
  const first = problems[0]?.message ?? `The ${part} does not have the expected shape.`;
  const others = problems.length - 1;
  throw new BerthError("REQUEST_INVALID", others > 0 ? `${first} (${others} more)` : first, {
    details: { problems },
  });
}
