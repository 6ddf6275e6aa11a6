/** Configuration from the command line: `--config topN=5`, `--config @file.json`. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { BerthError } from "@berth/protocol";

export type ConfigObject = Record<string, unknown>;

/**
 * Later values win. A value that the schema calls a string stays one; any other is read as
 * JSON when it is JSON.
 *
 * @param schema - the app's JSON Schema, when it has one
 * @throws BerthError OPTION_INVALID, FILE_UNREADABLE
 */
export async function readConfigOptions(
  cwd: string,
  options: readonly string[],
  schema: Readonly<Record<string, unknown>> | null | undefined,
): Promise<ConfigObject> {
  const entries: [string, unknown][] = [];
  for (const option of options) {
    if (option.startsWith("@")) {
      entries.push(...Object.entries(await readConfigFile(resolve(cwd, option.slice(1)))));
      continue;
    }
    const at = option.indexOf("=");
    if (at < 1) {
      throw new BerthError(
        "OPTION_INVALID",
        `The configuration ${JSON.stringify(option)} has no name; expected name=value or @file.json.`,
        { details: { option: "config" } },
      );
    }
    const name = option.slice(0, at);
    entries.push([name, parseValue(option.slice(at + 1), typeOf(schema, name))]);
  }
  return Object.fromEntries(entries);
}

/** A JSON object from a file. @throws BerthError FILE_UNREADABLE */
async function readConfigFile(path: string): Promise<ConfigObject> {
  try {
    return parseConfigText(await readFile(path, "utf8"));
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : "unknown error";
    throw new BerthError("FILE_UNREADABLE", `${path} is not a JSON object: ${said}.`, { cause });
  }
}

/** @throws SyntaxError when the text is not a JSON object */
export function parseConfigText(text: string): ConfigObject {
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as ConfigObject;
  }
  throw new SyntaxError("it holds JSON, but not an object");
}

function typeOf(
  schema: Readonly<Record<string, unknown>> | null | undefined,
  name: string,
): unknown {
  const { properties } = (schema ?? {}) as { properties?: Record<string, { type?: unknown }> };
  return properties && Object.hasOwn(properties, name) ? properties[name]?.type : undefined;
}

function parseValue(text: string, type: unknown): unknown {
  if (type === "string") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON, so it is text; the server checks it against the app's schema.
    return text;
  }
}
