/**
 * The part of zod/mini that the schemas of this package are written with, for browsers: `#schema`
 * is this file there, and zod/mini itself anywhere else (package.json, `imports`).
 *
 * zod/mini weighs 9 kB of the 35 kB that the browser runtime may; this weighs a fifth of it, and
 * makes no code from text, which a page's policy may refuse. Schemas are typed by zod's own types.
 * A schema has `parse`, `safeParse`, `check` and `shape` here, whatever else its type says.
 * Invariant: what it lets through, what it makes of it, and each refusal's code, path and message
 * are zod's; test/schema/browser-schema.test.ts holds the two together.
 */

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** True where later checks of the same value still make sense. */
  readonly continue?: boolean;
  readonly [detail: string]: unknown;
}

/** Returns what becomes of the value, and adds what is wrong with it. */
type Parse = (value: unknown, issues: Issue[]) => unknown;
/** Of a value that is of the right type; `isLength` also of one whose parts are wrong. */
interface Check {
  readonly run: (value: unknown, issues: Issue[]) => void;
  readonly isLength?: boolean;
}

/** What may be known of a schema from outside, as zod names it. */
interface Outline {
  readonly shape?: Shape;
  readonly element?: Schema;
  readonly innerType?: Schema;
}
type Shape = Readonly<Record<string, Schema>>;
/** What an object may do without: nothing, the property, or its value. */
type Presence = "required" | "optional" | "defaulted";

function add(issues: Issue[], code: string, details: Readonly<Record<string, unknown>>): void {
  issues.push({ code, path: [], message: "Invalid input", ...details });
}

function addType(issues: Issue[], expected: string): void {
  add(issues, "invalid_type", { expected });
}

/** A check that has failed leaves the value for those after it; a wrong type does not. */
function isAborted(issues: readonly Issue[]): boolean {
  return issues.some((issue) => issue.continue !== true);
}

/** Hands over what was found inside, each under its key. */
function moveBelow(key: PropertyKey, inner: Issue[], issues: Issue[]): void {
  if (inner.length === 0) return;
  for (const issue of inner.splice(0)) issues.push({ ...issue, path: [key, ...issue.path] });
}

class Schema {
  readonly _zod: { readonly def: Outline };
  readonly shape: Shape | undefined;
  readonly presence: Presence;
  readonly #parse: Parse;
  readonly #checks: readonly Check[];

  constructor(
    parse: Parse,
    def: Outline = {},
    presence: Presence = "required",
    checks: readonly Check[] = [],
  ) {
    this._zod = { def };
    this.shape = def.shape;
    this.presence = presence;
    this.#parse = parse;
    this.#checks = checks;
  }

  check(...checks: readonly Check[]): Schema {
    return new Schema(this.#parse, this._zod.def, this.presence, [...this.#checks, ...checks]);
  }

  run(value: unknown, issues: Issue[]): unknown {
    if (this.#checks.length === 0) return this.#parse(value, issues);
    const own: Issue[] = [];
    const parsed = this.#parse(value, own);
    let isOver = isAborted(own);
    for (const { run, isLength } of this.#checks) {
      const wasEnded = own.some((issue) => issue.continue === false);
      if (isLength ? wasEnded || !hasLength(parsed) : isOver) continue;
      run(parsed, own);
      isOver ||= isAborted(own);
    }
    issues.push(...own);
    return parsed;
  }

  /** @throws Error with what is wrong */
  parse(value: unknown): unknown {
    const issues: Issue[] = [];
    const data = this.run(value, issues);
    if (issues.length === 0) return data;
    throw new Error(JSON.stringify(issues));
  }

  safeParse(value: unknown): unknown {
    const issues: Issue[] = [];
    const data = this.run(value, issues);
    if (issues.length === 0) return { success: true, data };
    return { success: false, error: { issues } };
  }
}

export function safeParse(schema: Schema, value: unknown): unknown {
  return schema.safeParse(value);
}

function ofType(expected: string, is: (value: unknown) => boolean): Schema {
  return new Schema((value, issues) => {
    if (!is(value)) addType(issues, expected);
    return value;
  });
}

function oneOf(values: readonly unknown[]): Schema {
  return new Schema((value, issues) => {
    if (!values.includes(value)) add(issues, "invalid_value", { values });
    return value;
  });
}

export const string = (): Schema => ofType("string", (value) => typeof value === "string");
export const number = (): Schema => ofType("number", Number.isFinite);
export const boolean = (): Schema => ofType("boolean", (value) => typeof value === "boolean");
export const unknown = (): Schema => new Schema((value) => value);
export const literal = (value: unknown): Schema => oneOf([value]);
const ofNull = (): Schema => ofType("null", (value) => value === null);

export { ofNull as null, oneOf as enum };

export function array(element: Schema): Schema {
  return new Schema(
    (value, issues) => {
      if (!Array.isArray(value)) {
        addType(issues, "array");
        return value;
      }
      const inner: Issue[] = [];
      return Array.from(value, (item: unknown, index) => {
        const parsed = element.run(item, inner);
        moveBelow(index, inner, issues);
        return parsed;
      });
    },
    { element },
  );
}

export function tuple(items: readonly Schema[]): Schema {
  return new Schema((value, issues) => {
    if (!Array.isArray(value)) {
      addType(issues, "tuple");
      return value;
    }
    const { length } = items;
    if (value.length < length) {
      add(issues, "too_small", { minimum: length, origin: "array" });
      return [];
    }
    if (value.length > length) add(issues, "too_big", { maximum: length, origin: "array" });
    const inner: Issue[] = [];
    return items.map((item, index) => {
      const parsed = item.run(value[index], inner);
      moveBelow(index, inner, issues);
      return parsed;
    });
  });
}

export function record(keys: Schema, values: Schema): Schema {
  return new Schema((value, issues) => {
    if (!isPlain(value)) {
      addType(issues, "record");
      return value;
    }
    const parsed: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      if (key === "__proto__") continue;
      const inner: Issue[] = [];
      keys.run(key, inner);
      if (inner.length > 0) {
        add(issues, "invalid_key", { path: [key], origin: "record", issues: inner });
        continue;
      }
      parsed[key] = values.run(value[key], inner);
      moveBelow(key, inner, issues);
    }
    return parsed;
  });
}

function objectOf(shape: Shape, unknownKeys: "drop" | "keep" | "refuse"): Schema {
  const known = Object.entries(shape);
  return new Schema(
    (value, issues) => {
      if (!isObject(value)) {
        addType(issues, "object");
        return value;
      }
      const parsed: Record<string, unknown> = {};
      const inner: Issue[] = [];
      for (const [key, schema] of known) {
        const isPresent = key in value;
        if (!isPresent && schema.presence === "optional") continue;
        const property = schema.run(value[key], inner);
        if (!isPresent && schema.presence === "required") {
          if (inner.length === 0) addType(inner, "nonoptional");
        } else if (property !== undefined || isPresent) parsed[key] = property;
        moveBelow(key, inner, issues);
      }
      const strange: string[] = [];
      if (unknownKeys !== "drop")
        for (const key in value) {
          if (Object.hasOwn(shape, key)) continue;
          if (unknownKeys === "refuse") strange.push(key);
          else if (key !== "__proto__") parsed[key] = value[key];
        }
      if (strange.length > 0) add(issues, "unrecognized_keys", { keys: strange, continue: true });
      return parsed;
    },
    { shape },
  );
}

export const object = (shape: Shape): Schema => objectOf(shape, "drop");
export const looseObject = (shape: Shape): Schema => objectOf(shape, "keep");
export const strictObject = (shape: Shape): Schema => objectOf(shape, "refuse");

export function optional(innerType: Schema): Schema {
  const parse: Parse = (value, issues) =>
    value === undefined && innerType.presence !== "defaulted"
      ? value
      : innerType.run(value, issues);
  const presence = innerType.presence === "defaulted" ? "defaulted" : "optional";
  return new Schema(parse, { innerType }, presence);
}

export function exactOptional(innerType: Schema): Schema {
  return new Schema((value, issues) => innerType.run(value, issues), { innerType }, "optional");
}

export function nullable(innerType: Schema): Schema {
  const parse: Parse = (value, issues) => (value === null ? null : innerType.run(value, issues));
  return new Schema(parse, { innerType }, innerType.presence);
}

/** What is left out becomes `value`, as it is. */
export function _default(innerType: Schema, value: unknown): Schema {
  const parse: Parse = (given, issues) =>
    given === undefined ? copy(value) : innerType.run(given, issues);
  return new Schema(parse, { innerType }, "defaulted");
}

/** What is left out is read as if it were `value`. */
export function prefault(innerType: Schema, value: unknown): Schema {
  const parse: Parse = (given, issues) =>
    innerType.run(given === undefined ? value : given, issues);
  return new Schema(parse, { innerType }, "defaulted");
}

/** The first that takes it. */
export function union(options: readonly Schema[]): Schema {
  return new Schema((value, issues) => {
    const refusals: { readonly parsed: unknown; readonly inner: Issue[] }[] = [];
    for (const option of options) {
      const inner: Issue[] = [];
      const parsed = option.run(value, inner);
      if (inner.length === 0) return parsed;
      refusals.push({ parsed, inner });
    }
    // Only one is of the right type: it says best what is wrong.
    const [near, other] = refusals.filter(({ inner }) => !isAborted(inner));
    if (near !== undefined && other === undefined) {
      issues.push(...near.inner);
      return near.parsed;
    }
    add(issues, "invalid_union", { errors: refusals.map(({ inner }) => inner) });
    return value;
  });
}

export const minLength = (minimum: number): Check => ({
  isLength: true,
  run(value, issues) {
    if (lengthOf(value, minimum) < minimum)
      add(issues, "too_small", { ...lengthDetails(value), minimum });
  },
});

export const maxLength = (maximum: number): Check => ({
  isLength: true,
  run(value, issues) {
    if (lengthOf(value, maximum) > maximum)
      add(issues, "too_big", { ...lengthDetails(value), maximum });
  },
});

export const minimum = (least: number): Check => ({
  run(value, issues) {
    if (!((value as number) >= least)) add(issues, "too_small", { ...ofNumber, minimum: least });
  },
});

export const maximum = (most: number): Check => ({
  run(value, issues) {
    if (!((value as number) <= most)) add(issues, "too_big", { ...ofNumber, maximum: most });
  },
});

export const positive = (): Check => ({
  run(value, issues) {
    if (!((value as number) > 0)) add(issues, "too_small", { ...ofNumber, minimum: 0 });
  },
});

export const int = (): Check => ({
  run(value, issues) {
    if (!Number.isInteger(value)) {
      add(issues, "invalid_type", { expected: "int", continue: false });
      return;
    }
    const of = { origin: "int", continue: true };
    if ((value as number) > Number.MAX_SAFE_INTEGER)
      add(issues, "too_big", { ...of, maximum: Number.MAX_SAFE_INTEGER });
    if ((value as number) < Number.MIN_SAFE_INTEGER)
      add(issues, "too_small", { ...of, minimum: Number.MIN_SAFE_INTEGER });
  },
});

/** A text, or what makes one of the issue. */
type Message = string | ((issue: { readonly input: unknown }) => string | undefined);
interface Words {
  readonly error?: Message;
  readonly message?: Message;
  readonly path?: readonly PropertyKey[];
}

export const regex = (pattern: RegExp, words?: Words | string): Check => ({
  run(value, issues) {
    pattern.lastIndex = 0;
    if (!pattern.test(value as string))
      add(issues, "invalid_format", { ...said(words, value), origin: "string", continue: true });
  },
});

export const refine = (is: (value: never) => unknown, words?: Words | string): Check => ({
  run(value, issues) {
    // What is wrong with a value's type is told before any of its checks.
    if (!is(value as never)) add(issues, "custom", { ...said(words, value), continue: true });
  },
});

/** @throws Error always: the generator is as large as all else, and servers have it. */
export function toJSONSchema(): never {
  throw new Error("A browser has no JSON Schema of the manifest; a Berth server serves it.");
}

const ofNumber = Object.freeze({ origin: "number", continue: true });

function said(
  words: Words | string | undefined,
  input: unknown,
): Readonly<Record<string, unknown>> {
  const { error, message, path } = typeof words === "string" ? { error: words } : (words ?? {});
  const text = error ?? message;
  const told = typeof text === "function" ? text({ input }) : text;
  return { ...(told === undefined ? {} : { message: told }), ...(path ? { path } : {}) };
}

function lengthDetails(value: unknown): Readonly<Record<string, unknown>> {
  const origin = typeof value === "string" ? "string" : Array.isArray(value) ? "array" : "unknown";
  return { origin, continue: true };
}

/** Of a text in code points, which are counted only where that decides about the bound. */
function lengthOf(value: unknown, bound: number): number {
  const { length } = value as { readonly length: number };
  if (typeof value !== "string" || length < bound || length > 2 * bound) return length;
  let points = 0;
  for (const _ of value) points += 1;
  return points;
}

function hasLength(value: unknown): boolean {
  return (value as { readonly length?: unknown } | null | undefined)?.length !== undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** No instance of a class, of whatever realm. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || Object.hasOwn(prototype, "isPrototypeOf");
}

/** One holder's changes are not another's. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return [...value];
  return isObject(value) ? { ...value } : value;
}
