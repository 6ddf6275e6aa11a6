/**
 * The schemas as browsers read them, against the same schemas by zod: built as a bundler for
 * browsers would, they are run side by side on values near and far from what is right.
 */
import { deepStrictEqual } from "node:assert";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { config } from "zod/mini";
import * as byZod from "../../src/index.ts";
import { exampleManifest } from "../manifest/example.ts";

type Protocol = typeof byZod;
interface Schema {
  safeParse(value: unknown): {
    readonly success: boolean;
    readonly data?: unknown;
    readonly error?: { readonly issues: readonly object[] };
  };
}

let byBrowser: Protocol;
/** What the browsers' build holds of zod. */
let zodModules: readonly string[];

/** Whatever loads all of zod in this process gives zod/mini its English as well. */
const { localeError } = config();
beforeAll(() => void config({ localeError: undefined }));
afterAll(() => void config({ localeError }));

beforeAll(async () => {
  const output = await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["berth-source", "module", "browser", "import", "default"] },
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(new URL("../../src/index.ts", import.meta.url)),
        formats: ["es"],
      },
    },
  });
  const [first] = Array.isArray(output) ? output : [output];
  const chunk = first !== undefined && "output" in first ? first.output[0] : undefined;
  if (chunk?.type !== "chunk") throw new Error("The protocol did not build into one script.");
  zodModules = Object.keys(chunk.modules).filter((id) => id.includes("/zod/"));
  const url = `data:text/javascript;base64,${Buffer.from(chunk.code).toString("base64")}`;
  byBrowser = (await import(/* @vite-ignore */ url)) as Protocol;
});

/** What is shown of an issue, and what messages are made from. */
const told = [
  "code",
  "path",
  "message",
  "expected",
  "values",
  "keys",
  "minimum",
  "maximum",
  "origin",
];
const outcome = (schema: Schema, value: unknown) => {
  const { success, data, error } = schema.safeParse(value);
  return success
    ? { data }
    : {
        issues: error?.issues.map((issue) =>
          Object.fromEntries(Object.entries(issue).filter(([name]) => told.includes(name))),
        ),
      };
};

const png =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const words = fc.constantFrom(
  ...[
    "",
    "a",
    "x y",
    "primary",
    "md",
    "label",
    "/api/a/*",
    "2026-11-22",
    "2026-02-30",
    "12:00",
    ".csv",
  ],
  ...[
    "a\u202eb",
    "\u0000",
    "😀".repeat(120),
    "x".repeat(201),
    "x".repeat(20_001),
    "[a-z]{2}",
    "(a",
    png,
  ],
  ...[
    "EUR",
    "api",
    "read",
    "GET",
    "state",
    "get",
    "America/Sao_Paulo",
    "mon",
    "2.0",
    "constructor",
  ],
);
const numbers = fc.constantFrom(0, -0, 1, -1, 2, 5, 12, 13, 41, 0.5, 80, 1e6, 2 ** 53, -(2 ** 60));
const strange = fc.constantFrom<unknown>(
  ...[null, undefined, true, false, Number.NaN, Number.POSITIVE_INFINITY, [], {}, { length: 3 }],
  ...[new Date(0), new Map(), Object.create(null), JSON.parse('{"__proto__":{"a":1}}')],
);
const scalar = fc.oneof(words, numbers, strange);

/** zod's outline of a schema, as far as values are made from it. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
  readonly innerType?: unknown;
  readonly options?: readonly unknown[];
  readonly items?: readonly unknown[];
  readonly valueType?: unknown;
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly values?: readonly unknown[];
}

/** Values of about the schema's shape: mostly right in type, often wrong in something. */
function valuesOf(schema: unknown): fc.Arbitrary<unknown> {
  const definition = (schema as { readonly _zod: { readonly def: Definition } })._zod.def;
  return fc.oneof({ weight: 7, arbitrary: rightOf(definition) }, { weight: 1, arbitrary: scalar });
}

function rightOf(definition: Definition): fc.Arbitrary<unknown> {
  const { type, shape, element, innerType, options = [], items = [], valueType } = definition;
  switch (type) {
    case "object": {
      const properties = Object.entries(shape ?? {}).map(([key, inner]) => [key, valuesOf(inner)]);
      const known = fc.record(Object.fromEntries(properties), { requiredKeys: [] });
      const more = fc.oneof(
        { weight: 8, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.constant({ strange: 1 }) },
      );
      return fc.tuple(known, more).map(([one, other]) => ({ ...one, ...other }));
    }
    case "array":
      return fc.array(valuesOf(element), { maxLength: 3 });
    case "tuple":
      return fc.oneof(fc.tuple(...items.map(valuesOf)), fc.array(words, { maxLength: 3 }));
    case "record":
      return fc.dictionary(words, valuesOf(valueType), { maxKeys: 3 });
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
      return fc.oneof(valuesOf(innerType), fc.constantFrom(undefined, null));
    case "union":
      return fc.oneof(...options.map(valuesOf));
    case "enum":
      return fc.constantFrom(...Object.values(definition.entries ?? {}));
    case "literal":
      return fc.constantFrom(...(definition.values ?? []));
    case "string":
      return words;
    case "number":
      return numbers;
    case "boolean":
      return fc.boolean();
    default:
      return scalar;
  }
}

function agree(zod: unknown, browser: unknown, numRuns: number): void {
  fc.assert(
    fc.property(valuesOf(zod), (value) => {
      // Both know zod's `safeParse`. A value may have a `constructor` of its own, which `expect` calls.
      deepStrictEqual(outcome(browser as Schema, value), outcome(zod as Schema, value));
    }),
    { numRuns },
  );
}

const whole = {
  ...exampleManifest,
  publisher: "acme",
  platform: "^1.0.0",
  dependencies: { "acme/crm": "^1.0.0" },
  ui: { mode: "catalog", placements: [{ kind: "page", path: "/", title: "Home", icon: "home" }] },
  server: {
    entry: "src/server.ts",
    limits: { wallMs: 1_000, cpuMs: 100 },
    schedules: [{ name: "nightly", cron: "0 0 * * *" }],
    events: ["note.made"],
    tools: [{ name: "add", description: "Adds", inputSchema: { type: "object" } }],
    secrets: [{ name: "API_TOKEN", description: "For the CRM" }],
    config: { type: "object" },
    compatibilityDate: "2026-11-01",
  },
  health: { path: "/health", timeoutMs: 1_000 },
};

describe("a schema in a browser", () => {
  it("is made without zod", () => {
    expect(zodModules).toEqual([]);
  });

  it.each(Object.keys(byZod.catalog) as (keyof Protocol["catalog"])[])(
    "takes and refuses what zod does: %s",
    (name) => agree(byZod.catalog[name].props, byBrowser.catalog[name].props, 150),
  );

  const schemas = Object.keys(byZod).filter(
    (name) => name.endsWith("Schema") && name !== "manifestJsonSchema",
  );
  it.each(schemas)("takes and refuses what zod does: %s", (name) => {
    const of = (protocol: Protocol): unknown => protocol[name as keyof Protocol];
    agree(of(byZod), of(byBrowser), 300);
  });

  it("reads a manifest into the same, or into the same words", () => {
    const paths = pathsOf(whole);
    const change = fc.record({ path: fc.constantFrom(...paths), value: scalar, kind: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
        const manifest = structuredClone(whole) as Record<string, unknown>;
        for (const { path, value, kind } of changes) put(manifest, path, value, kind);
        deepStrictEqual(byBrowser.readManifest(manifest), byZod.readManifest(manifest));
      }),
      { numRuns: 600 },
    );
    expect(byZod.readManifest(whole).problems).toEqual([]);
  });

  it("has no JSON Schema, and says who has", () => {
    expect(() => byBrowser.manifestJsonSchema()).toThrow("a Berth server serves it");
  });
});

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return path.length === 0 ? [] : [path];
  const below = Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

/** Another value, none, a misspelt neighbour, or a text made longer. */
function put(manifest: object, path: readonly string[], value: unknown, kind: number): void {
  const name = path.at(-1) ?? "";
  const holder = path
    .slice(0, -1)
    .reduce<unknown>(
      (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
      manifest,
    );
  if (typeof holder !== "object" || holder === null) return;
  const fields = holder as Record<string, unknown>;
  if (kind === 0) fields[name] = value;
  if (kind === 1) delete fields[name];
  if (kind === 2) fields[`${name}s`] = fields[name];
  if (kind === 3 && typeof fields[name] === "string") fields[name] = `${fields[name]}\u200b!`;
}
