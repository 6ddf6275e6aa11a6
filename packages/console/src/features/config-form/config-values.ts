/**
 * What a configuration form holds while it is filled in, and the configuration it stands for.
 *
 * Values are kept in a map from JSON pointer to what the control shows, never in objects keyed by
 * the app's own names, so that a property called `__proto__` is a name like any other.
 */
import type { ConfigField, FieldBounds } from "./schema-fields.ts";

/** By JSON pointer. Numbers are kept as typed until they are read. */
export type ConfigValues = ReadonlyMap<string, unknown>;

export type ConfigProblem =
  | { readonly code: "required" | "notNumber" | "notInteger" | "notJson" }
  | { readonly code: keyof FieldBounds; readonly bound: number };

export interface ConfigReading {
  readonly config: Readonly<Record<string, unknown>>;
  /** By JSON pointer; empty when the form may be sent. */
  readonly problems: ReadonlyMap<string, ConfigProblem>;
}

/** RFC 6901. */
export function pointerOf(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** What the form shows at first: the stored configuration over the schema's defaults. */
export function initialValues(fields: readonly ConfigField[], stored: unknown): ConfigValues {
  return new Map(leaves(fields).map((field) => [pointerOf(field.path), shown(field, stored)]));
}

/** Checks what can be checked without the app's patterns; the server has the last word. */
export function readConfigValues(
  fields: readonly ConfigField[],
  values: ConfigValues,
): ConfigReading {
  const problems = new Map<string, ConfigProblem>();
  return { config: readGroup(fields, values, problems) ?? {}, problems };
}

function readGroup(
  fields: readonly ConfigField[],
  values: ConfigValues,
  problems: Map<string, ConfigProblem>,
): Readonly<Record<string, unknown>> | undefined {
  const entries: [string, unknown][] = [];
  for (const field of fields) {
    const value =
      field.kind === "group"
        ? readGroupField(field, values, problems)
        : readLeaf(field, values.get(pointerOf(field.path)), problems);
    if (value !== undefined) entries.push([field.path.at(-1) ?? "", value]);
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function readGroupField(
  field: ConfigField,
  values: ConfigValues,
  problems: Map<string, ConfigProblem>,
): unknown {
  // An optional group that nobody touched is left out, its required fields with it.
  const isEmpty = leaves(field.fields).every((leaf) => isBlank(values.get(pointerOf(leaf.path))));
  if (isEmpty && !field.isRequired) return undefined;
  return readGroup(field.fields, values, problems) ?? {};
}

function readLeaf(
  field: ConfigField,
  value: unknown,
  problems: Map<string, ConfigProblem>,
): unknown {
  const refuse = (problem: ConfigProblem) => {
    problems.set(pointerOf(field.path), problem);
    return undefined;
  };
  if (isBlank(value)) return field.isRequired ? refuse({ code: "required" }) : undefined;
  switch (field.kind) {
    case "number":
    case "integer": {
      const number = typeof value === "number" ? value : Number(value);
      if (!Number.isFinite(number)) return refuse({ code: "notNumber" });
      if (field.kind === "integer" && !Number.isInteger(number)) {
        return refuse({ code: "notInteger" });
      }
      const problem = outside(field.bounds, { minimum: number, maximum: number });
      return problem ? refuse(problem) : number;
    }
    case "json":
      try {
        return JSON.parse(String(value));
      } catch {
        // The parser's words differ between browsers; ours name the field.
        return refuse({ code: "notJson" });
      }
    case "lines":
      return String(value)
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
    case "choice":
      return field.choices.find((choice) => JSON.stringify(choice) === value);
    case "string":
    case "secretText":
    case "multiline": {
      const text = String(value);
      const length = [...text].length;
      const problem = outside(field.bounds, { minLength: length, maxLength: length });
      return problem ? refuse(problem) : text;
    }
    case "boolean":
      return value === true;
    case "group":
      return undefined;
  }
}

function outside(bounds: FieldBounds, value: FieldBounds): ConfigProblem | undefined {
  for (const name of ["minimum", "minLength"] as const) {
    const [bound, given] = [bounds[name], value[name]];
    if (bound !== undefined && given !== undefined && given < bound) return { code: name, bound };
  }
  for (const name of ["maximum", "maxLength"] as const) {
    const [bound, given] = [bounds[name], value[name]];
    if (bound !== undefined && given !== undefined && given > bound) return { code: name, bound };
  }
  return undefined;
}

function shown(field: ConfigField, stored: unknown): unknown {
  const value = valueAt(stored, field.path) ?? field.initial;
  switch (field.kind) {
    case "boolean":
      // Untouched and without a default, an optional switch says nothing.
      return typeof value === "boolean" ? value : field.isRequired ? false : undefined;
    case "choice":
      return value === undefined ? null : JSON.stringify(value);
    case "lines":
      return Array.isArray(value) ? value.map(String).join("\n") : "";
    case "json":
      return value === undefined ? "" : JSON.stringify(value, null, 2);
    case "number":
    case "integer":
      return typeof value === "number" ? value : "";
    case "string":
    case "secretText":
    case "multiline":
      return typeof value === "string" ? value : "";
    case "group":
      return undefined;
  }
}

function leaves(fields: readonly ConfigField[]): readonly ConfigField[] {
  return fields.flatMap((field) => (field.kind === "group" ? leaves(field.fields) : [field]));
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) {
      return undefined;
    }
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
