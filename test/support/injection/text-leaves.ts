/**
 * Every place of a route's input where a client can put text, found by walking the route's schemas
 * beside an honest request: fields of objects, items of lists, names and values of records, each kind
 * of a union, and whatever lies in values that the schema leaves open.
 *
 * Parameters and queries are text on the wire, whatever they become, and a JSON field may be sent a
 * text whatever its type is: so every leaf counts.
 */
import type { RouteDefinition } from "@berth/protocol/api";

type Schema = NonNullable<RouteDefinition["body"]>;

export type Part = "params" | "query" | "body";
export type Input = Readonly<Record<Part, unknown>>;

export interface Leaf {
  readonly part: Part;
  /** Such as `body.scope.groups[0]`, or `body.config{}` for a record's own name. */
  readonly name: string;
  /** It lies in a value that the schema leaves open. */
  readonly isOpen: boolean;
  /** What an honest caller sends there; undefined when it is left out. */
  readonly base: unknown;
  /** The honest request with another value there. */
  put(value: string): Input;
}

type Path = readonly (string | number)[];

interface Found {
  readonly path: Path;
  readonly isKey: boolean;
  readonly isOpen?: true;
  readonly base: unknown;
  /** The whole part in which it is put; it differs from the honest one where that lacks the leaf. */
  readonly root: unknown;
}

/** The definitions that this walk knows; zod's own types name every kind apart. */
interface Def {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly options?: readonly Schema[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
}

const defOf = (schema: Schema): Def => schema.def as unknown as Def;
const wrappers = new Set([
  "optional",
  "nullable",
  "default",
  "prefault",
  "readonly",
  "nonoptional",
]);
const scalars = new Set(["string", "number", "int", "boolean", "enum", "literal"]);

/** Something that stands where the honest request has nothing. */
function sample(schema: Schema): unknown {
  const def = defOf(schema);
  if (wrappers.has(def.type) && def.innerType) return sample(def.innerType);
  if (def.type === "pipe" && def.in) return sample(def.in);
  if (def.type === "object") {
    const required = Object.entries(def.shape ?? {}).filter(([, each]) => !each.isOptional());
    return Object.fromEntries(required.map(([name, each]) => [name, sample(each)]));
  }
  if (def.type === "array") return def.element ? [sample(def.element)] : [];
  if (def.type === "record") return { k: def.valueType ? sample(def.valueType) : "v" };
  if (def.type === "union" && def.options?.[0]) return sample(def.options[0]);
  if (def.type === "enum") return Object.values(def.entries ?? {})[0];
  if (def.type === "literal") return def.values?.[0];
  if (def.type === "number" || def.type === "int") return 1;
  if (def.type === "boolean") return true;
  return "sample";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function replace(root: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === "number") {
    const list: unknown[] = Array.isArray(root) ? [...root] : [];
    list[first] = replace(list[first], rest, value);
    return list;
  }
  const record = isRecord(root) ? root : {};
  // Not by assignment, which `__proto__` would escape.
  return {
    ...record,
    [first]: replace(Object.hasOwn(record, first) ? record[first] : undefined, rest, value),
  };
}

function renameKey(root: unknown, path: Path, name: string): unknown {
  const [key] = path.slice(-1);
  const parent = path.slice(0, -1);
  const at = (value: unknown, way: Path): unknown =>
    way.reduce<unknown>((each, step) => (each as Record<string | number, unknown>)[step], value);
  const entries = Object.entries(at(root, parent) as object);
  return replace(
    root,
    parent,
    Object.fromEntries(entries.map(([each, value]) => [each === key ? name : each, value])),
  );
}

function textOf(path: Path, isKey: boolean): string {
  const shown = path.map((step, at) =>
    typeof step === "number" ? `[${step}]` : isKey && at === path.length - 1 ? "{}" : `.${step}`,
  );
  return shown.join("");
}

/** In what a schema leaves open: the value itself, and what the honest one holds. */
function* walkOpen(root: unknown, base: unknown, path: Path): Generator<Found> {
  yield { path, isKey: false, isOpen: true, base, root };
  if (typeof base !== "object" || base === null) return;
  const steps = Array.isArray(base) ? base.map((_, at) => at) : Object.keys(base);
  for (const step of steps) {
    if (typeof step === "string") {
      yield { path: [...path, step], isKey: true, isOpen: true, base: step, root };
    }
    yield* walkOpen(root, (base as Record<string | number, unknown>)[step], [...path, step]);
  }
}

function* walk(schema: Schema, root: unknown, base: unknown, path: Path): Generator<Found> {
  const def = defOf(schema);
  if (wrappers.has(def.type) && def.innerType) return yield* walk(def.innerType, root, base, path);
  if (def.type === "pipe" && def.in) return yield* walk(def.in, root, base, path);
  if (scalars.has(def.type)) return yield { path, isKey: false, base, root };
  if (def.type === "unknown" || def.type === "any") {
    yield* walkOpen(root, base ?? null, path);
    return;
  }
  if (def.type === "union") {
    for (const option of def.options ?? []) {
      const isHonest = base !== undefined && option.safeParse(base).success;
      const own = isHonest ? base : sample(option);
      yield* walk(option, replace(root, path, own), own, path);
    }
    return;
  }
  const own = base ?? sample(schema);
  const whole = base === undefined || base === null ? replace(root, path, own) : root;
  if (def.type === "object") {
    for (const [name, each] of Object.entries(def.shape ?? {})) {
      const value = isRecord(own) ? own[name] : undefined;
      yield* walk(each, whole, value, [...path, name]);
    }
    return;
  }
  if (def.type === "array" && def.element && Array.isArray(own)) {
    const items = own.length === 0 ? [sample(def.element)] : own;
    const filled = own.length === 0 ? replace(root, path, items) : whole;
    for (const [at, item] of items.entries()) {
      yield* walk(def.element, filled, item, [...path, at]);
    }
    return;
  }
  if (def.type === "record" && def.valueType && isRecord(own)) {
    const names = Object.keys(own);
    const filled = names.length === 0 ? replace(root, path, { k: sample(def.valueType) }) : whole;
    for (const name of names.length === 0 ? ["k"] : names) {
      yield { path: [...path, name], isKey: true, base: name, root: filled };
      const value = names.length === 0 ? sample(def.valueType) : own[name];
      yield* walk(def.valueType, filled, value, [...path, name]);
    }
    return;
  }
  throw new TypeError(
    `test/support/injection/text-leaves.ts does not know the schema ${def.type} at ${textOf(path, false)}; teach it how text is put there.`,
  );
}

export function findLeaves(definition: RouteDefinition, honest: Input): readonly Leaf[] {
  return (["params", "query", "body"] as const).flatMap((part) => {
    const schema = definition[part];
    if (schema === undefined) return [];
    const whole = honest[part] ?? sample(schema);
    return [...walk(schema, whole, whole, [])].map(
      ({ path, isKey, isOpen = false, base, root }): Leaf => ({
        ...{ part, isOpen },
        name: `${part}${textOf(path, isKey)}`,
        base,
        put: (value) => ({
          ...honest,
          [part]: isKey ? renameKey(root, path, value) : replace(root, path, value),
        }),
      }),
    );
  });
}
