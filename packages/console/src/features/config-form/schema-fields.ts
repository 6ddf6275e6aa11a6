/**
 * Reads an app's JSON Schema for its configuration into the fields of a form.
 *
 * Trust: the schema is the app's. It is bounded in depth and number; `pattern` is never run here,
 * because a hostile one can hang the page: the server checks it. What this reader does not
 * understand becomes a field of raw JSON, so that no configuration is out of reach.
 */
export type FieldKind =
  | "string"
  | "secretText"
  | "multiline"
  | "number"
  | "integer"
  | "boolean"
  | "choice"
  | "group"
  /** A list of texts, one in each line. */
  | "lines"
  | "json";

export interface ConfigField {
  /** From the document's root. */
  readonly path: readonly string[];
  readonly kind: FieldKind;
  readonly label: string;
  readonly description: string | undefined;
  readonly isRequired: boolean;
  readonly initial: unknown;
  /** Of a `choice`: JSON values. */
  readonly choices: readonly ConfigScalar[];
  /** Of a `group`. */
  readonly fields: readonly ConfigField[];
  readonly bounds: FieldBounds;
}

export type ConfigScalar = string | number | boolean | null;

export interface FieldBounds {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

const maxFields = 100;
const maxGroupDepth = 2;
const longText = 200;

type Json = Readonly<Record<string, unknown>>;

/** The fields in the schema's order; empty when there is nothing to configure. */
export function readConfigFields(schema: unknown): readonly ConfigField[] {
  return isJson(schema) ? readProperties(schema, []) : [];
}

function readProperties(schema: Json, path: readonly string[]): readonly ConfigField[] {
  const properties = isJson(schema.properties) ? schema.properties : {};
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  return Object.entries(properties)
    .slice(0, maxFields)
    .map(([name, property]) =>
      readField(isJson(property) ? property : {}, [...path, name], required.has(name)),
    );
}

function readField(schema: Json, path: readonly string[], isRequired: boolean): ConfigField {
  const kind = kindOf(schema, path.length);
  const choices = kind === "choice" ? readChoices(schema.enum) : [];
  return {
    path,
    kind,
    label: textOf(schema.title, longText) ?? readableName(path.at(-1) ?? ""),
    description: textOf(schema.description, 1000),
    isRequired,
    initial: schema.default,
    choices,
    fields: kind === "group" ? readProperties(schema, path) : [],
    bounds: readBounds(schema),
  };
}

function kindOf(schema: Json, depth: number): FieldKind {
  if (Array.isArray(schema.enum) && schema.enum.length > 0) {
    return schema.enum.every(isScalar) ? "choice" : "json";
  }
  switch (schema.type) {
    case "string":
      if (schema.format === "password" || schema.writeOnly === true) return "secretText";
      return typeof schema.maxLength === "number" && schema.maxLength > longText
        ? "multiline"
        : "string";
    case "number":
    case "integer":
    case "boolean":
      return schema.type;
    case "object":
      return isJson(schema.properties) && depth < maxGroupDepth ? "group" : "json";
    case "array":
      return isJson(schema.items) && schema.items.type === "string" && !schema.items.enum
        ? "lines"
        : "json";
    default:
      return "json";
  }
}

function readChoices(value: unknown): readonly ConfigScalar[] {
  return Array.isArray(value) ? value.filter(isScalar).slice(0, 500) : [];
}

function readBounds(schema: Json): FieldBounds {
  const bounds: { -readonly [Key in keyof FieldBounds]: number } = {};
  for (const name of ["minimum", "maximum", "minLength", "maxLength"] as const) {
    const value = schema[name];
    if (typeof value === "number" && Number.isFinite(value)) bounds[name] = value;
  }
  return bounds;
}

/** `maxRetries` and `max_retries` read as "Max retries". */
export function readableName(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .trim();
  return words === "" ? name : words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

function textOf(value: unknown, max: number): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, max) : undefined;
}

function isScalar(value: unknown): value is ConfigScalar {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
