/** One JSON Schema as nested definition lists. */
import { escapeHtml } from "./escape-html.ts";

interface Schema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly items?: unknown;
  readonly additionalProperties?: unknown;
  readonly anyOf?: readonly unknown[];
  readonly oneOf?: readonly unknown[];
}

const maxDepth = 8;
const manyValues = 12;

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.replace(/^.*\//, "");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((choice) => typeOf(choice as Schema)).join(" or ");
  const type = typeof schema.type === "string" ? schema.type : schema.type?.join(" or ");
  if (schema.items !== undefined) return `array of ${typeOf(schema.items as Schema)}`;
  return [type ?? "anything", schema.format].filter(Boolean).join(", ");
}

function boundsOf(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength, maxItems, pattern } = schema;
  return [
    minimum === undefined ? "" : `from ${minimum}`,
    maximum === undefined ? "" : `to ${maximum}`,
    minLength === undefined ? "" : `at least ${minLength} characters`,
    maxLength === undefined ? "" : `at most ${maxLength} characters`,
    maxItems === undefined ? "" : `at most ${maxItems} entries`,
    schema.default === undefined ? "" : `default ${JSON.stringify(schema.default)}`,
    pattern === undefined ? "" : `form ${pattern}`,
  ]
    .filter((text) => text !== "")
    .join("; ");
}

function renderValues(values: readonly unknown[]): string {
  const list = values.map((value) => `<code>${escapeHtml(String(value))}</code>`).join(", ");
  return values.length <= manyValues
    ? `<p class="dim">One of ${list}</p>`
    : `<details><summary>One of ${values.length} values</summary><p>${list}</p></details>`;
}

function renderProperties(schema: Schema, depth: number): string {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, value]) => {
    const type = `${typeOf(value as Schema)}${required.has(name) ? "" : ", optional"}`;
    return `<dt><code>${escapeHtml(name)}</code> <span class="type">${escapeHtml(type)}</span></dt><dd>${renderInner(value, depth + 1)}</dd>`;
  });
  return rows.length === 0 ? "" : `<dl>${rows.join("")}</dl>`;
}

/** What a schema says beyond its type's name. */
function renderInner(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null || depth > maxDepth) return "";
  const schema = value as Schema;
  const notes = [schema.description ?? "", boundsOf(schema)].filter((text) => text !== "");
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return [
    notes.length === 0 ? "" : `<p class="dim">${escapeHtml(notes.join(". "))}</p>`,
    schema.enum === undefined ? "" : renderValues(schema.enum),
    renderProperties(schema, depth),
    schema.items === undefined ? "" : renderInner(schema.items, depth),
    typeof schema.additionalProperties === "object"
      ? renderInner(schema.additionalProperties, depth + 1)
      : "",
    ...choices.map((choice) => renderInner(choice, depth + 1)),
  ].join("");
}

export function renderSchema(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  return `<p class="dim">${escapeHtml(typeOf(value as Schema))}</p>${renderInner(value, 0)}`;
}
