/**
 * Turns untrusted JSON into a manifest, or into problems that each say where, which value
 * and how to mend it.
 */
import * as z from "#schema";
import { BerthError } from "../errors.ts";
import { escapeHidden } from "../plain-text.ts";
import { nearestWord } from "./nearest-word.ts";
import { manifestSchema, type ParsedManifest } from "./schema.ts";

export interface ManifestProblem {
  /** Such as `permissions[2].type`; empty for the document itself. */
  readonly path: string;
  /** The refused value, shortened; absent when the field is missing. */
  readonly value?: unknown;
  /** A whole sentence: path, value and mend. */
  readonly message: string;
}

export type ManifestReading =
  | { readonly manifest: ParsedManifest; readonly problems: readonly [] }
  | { readonly manifest: undefined; readonly problems: readonly ManifestProblem[] };

/** Reads a manifest without throwing. */
export function readManifest(value: unknown): ManifestReading {
  const result = z.safeParse(manifestSchema, value);
  if (result.success) return { manifest: result.data, problems: [] };
  return {
    manifest: undefined,
    problems: result.error.issues
      .flatMap((issue) => describe(issue, value))
      .map((problem) => ({ ...problem, message: escapeHidden(problem.message) })),
  };
}

/** @throws BerthError MANIFEST_INVALID, `details.problems` as `ManifestProblem[]` */
export function parseManifest(value: unknown): ParsedManifest {
  const { manifest, problems } = readManifest(value);
  if (manifest) return manifest;
  const first = problems[0]?.message ?? "berth.json does not have the expected shape.";
  const others = problems.length - 1;
  throw new BerthError("MANIFEST_INVALID", others > 0 ? `${first} (${others} more)` : first, {
    details: { problems },
  });
}

/** The JSON Schema (draft 2020-12) of `berth.json`, for editors and other tools. */
export function manifestJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(manifestSchema, { io: "input" });
}

function describe(issue: z.core.$ZodIssue, root: unknown): ManifestProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = formatPath([...issue.path, key]);
      const hint = nearestWord(key, knownKeys(issue.path));
      const mend = hint ? `did you mean ${hint}?` : "remove it.";
      return { path, message: `berth.json ${path} is not a known field; ${mend}` };
    });
  }
  const path = formatPath(issue.path);
  const value = valueAt(root, issue.path);
  const where = path === "" ? "berth.json" : `berth.json ${path}`;
  if (value === undefined && issue.code !== "custom") {
    return [{ path, message: `${where} is missing; ${expectation(issue)}.` }];
  }
  const shown = shorten(value);
  const because =
    issue.code === "custom" || issue.code === "invalid_format"
      ? issue.message
      : `is ${shown}; ${expectation(issue, value)}`;
  const message =
    issue.code === "custom" || issue.code === "invalid_format"
      ? value === undefined
        ? `${where} ${because}.`
        : `${where}: ${shown} ${because}.`
      : `${where} ${because}.`;
  return [{ path, ...(value === undefined ? {} : { value: preview(value) }), message }];
}

function expectation(issue: z.core.$ZodIssue, value?: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${article(issue.expected)}`;
    case "invalid_value": {
      const hint =
        typeof value === "string" ? nearestWord(value, issue.values.map(String)) : undefined;
      return `expected one of ${issue.values.map(String).join(", ")}${hint ? ` (did you mean ${hint}?)` : ""}`;
    }
    case "too_small":
      return `expected at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `expected at most ${issue.maximum}${unitOf(issue.origin)}`;
    case "invalid_key":
      return `its key ${issue.issues[0]?.message ?? "is not allowed"}`;
    default:
      return issue.message || "expected another value";
  }
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function unitOf(origin: string): string {
  if (origin === "string") return " characters";
  if (origin === "array" || origin === "set") return " entries";
  return "";
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`,
    )
    .join("");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function shorten(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
}

function preview(value: unknown): unknown {
  return typeof value === "object"
    ? shorten(value)
    : typeof value === "string"
      ? value.slice(0, 200)
      : value;
}

/**
 * The field names that the schema knows at a path, for the near-match hint. Read off the schema
 * itself: its JSON Schema would bring a generator of seven kilobytes into every page.
 */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let node = unwrapped(manifestSchema);
  for (const part of path) {
    const next: unknown = typeof part === "number" ? node.element : node.shape?.[String(part)];
    if (next === undefined) return [];
    node = unwrapped(next);
  }
  return Object.keys(node.shape ?? {});
}

interface SchemaOutline {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
  /** Of a default, an optional or a nullable. */
  readonly innerType?: unknown;
}

/** What zod documents for libraries that read schemas, of the three kinds that a path goes through. */
function unwrapped(schema: unknown): SchemaOutline {
  const { def } = (schema as { readonly _zod: { readonly def: SchemaOutline } })._zod;
  return def.innerType === undefined ? def : unwrapped(def.innerType);
}
