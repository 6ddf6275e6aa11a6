/**
 * `storage`: what the page keeps for an app, as a capability of its view.
 *
 * Trust: the arguments are an app's. Whose records they name is not among them.
 */
import { BerthError } from "@berth/protocol";
import type { AppStorage } from "./browser-storage.ts";
import type { StorageArea } from "./storage-area.ts";

const areas = ["session", "persistent"] as const;
type Args = Readonly<Record<string, unknown>>;

/** Its methods by name: what `LocalCapabilities` wants. */
export function createStorageCapability(
  opened: AppStorage,
): Readonly<Record<string, (args: unknown) => Promise<unknown>>> {
  /** A method that finds its area, and its other arguments by name. */
  const method =
    (names: readonly string[], run: (area: StorageArea, args: Args) => Promise<unknown>) =>
    async (given: unknown): Promise<unknown> => {
      const args = parseArgs(given, names);
      const name = areas.find((area) => area === args.area);
      if (name === undefined)
        throw invalid(`area is ${shown(args.area)}; expected one of ${areas.join(", ")}.`);
      return run(opened[name], args);
    };
  return {
    get: method(["key"], async (area, { key }) => (await area.get(text("key", key))) ?? null),
    put: method(["key", "value"], (area, { key, value }) => area.put(text("key", key), value)),
    delete: method(["key"], (area, { key }) => area.delete(text("key", key))),
    list: method(["prefix", "cursor", "limit"], (area, { prefix, cursor, limit }) =>
      area.list({
        prefix: optional("prefix", prefix, text),
        cursor: optional("cursor", cursor, text),
        limit: optional("limit", limit, count),
      }),
    ),
    usage: method([], (area) => area.usage()),
  };
}

function parseArgs(given: unknown, names: readonly string[]): Args {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw invalid("The arguments are not an object.");
  const known = new Set(["area", ...names]);
  const strange = Object.keys(given).find((name) => !known.has(name));
  if (strange !== undefined)
    throw invalid(`${shown(strange)} is not an argument; expected ${[...known].join(", ")}.`);
  // Own properties alone, whatever the object's prototype has.
  return { ...given };
}

function optional<Value>(
  name: string,
  value: unknown,
  parse: (name: string, value: unknown) => Value,
): Value | undefined {
  return value === undefined ? undefined : parse(name, value);
}

function text(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw invalid(`${name} is ${shown(value)}; expected a text.`);
}

function count(name: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw invalid(`${name} is ${shown(value)}; expected a number.`);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 80);
}

function invalid(message: string): BerthError {
  return new BerthError("CAPABILITY_INPUT_INVALID", message);
}
