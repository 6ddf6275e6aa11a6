import { BerthError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import {
  initialValues,
  pointerOf,
  readConfigValues,
} from "../../../src/features/config-form/config-values.ts";
import { readableName, readConfigFields } from "../../../src/features/config-form/schema-fields.ts";
import { serverProblems } from "../../../src/features/config-form/server-problems.ts";

const schema = {
  type: "object",
  required: ["currency", "retries"],
  properties: {
    currency: { type: "string", title: "Currency", enum: ["EUR", "BRL"], default: "BRL" },
    retries: { type: "integer", minimum: 0, maximum: 5 },
    rate: { type: "number" },
    isPrecise: { type: "boolean", default: true },
    note: { type: "string", maxLength: 4 },
    smtp: {
      type: "object",
      required: ["host"],
      properties: { host: { type: "string" }, port: { type: "integer" } },
    },
    tags: { type: "array", items: { type: "string" } },
    ports: { type: "array", items: { type: "integer" } },
  },
};
const fields = readConfigFields(schema);

function read(changes: Readonly<Record<string, unknown>>, stored: unknown = { retries: 1 }) {
  const values = new Map(initialValues(fields, stored));
  for (const [pointer, value] of Object.entries(changes)) values.set(pointer, value);
  return readConfigValues(fields, values);
}

describe("a form from a schema", () => {
  it("has a field of the right kind for each property, in order", () => {
    expect(fields.map(({ label, kind }) => [label, kind])).toEqual([
      ["Currency", "choice"],
      ["Retries", "integer"],
      ["Rate", "number"],
      ["Is precise", "boolean"],
      ["Note", "string"],
      ["Smtp", "group"],
      ["Tags", "lines"],
      ["Ports", "json"],
    ]);
    expect(fields.filter(({ isRequired }) => isRequired).map(({ path }) => path)).toEqual([
      ["currency"],
      ["retries"],
    ]);
  });

  it("begins with defaults, and with what is stored over them", () => {
    expect(read({}).config).toEqual({ currency: "BRL", retries: 1, isPrecise: true });
    expect(read({}, { retries: 2, currency: "EUR", isPrecise: false }).config).toEqual({
      currency: "EUR",
      retries: 2,
      isPrecise: false,
    });
  });

  it.each([
    ["/retries", "", { code: "required" }],
    ["/retries", "x", { code: "notNumber" }],
    ["/retries", 1.5, { code: "notInteger" }],
    ["/retries", -1, { code: "minimum", bound: 0 }],
    ["/retries", 6, { code: "maximum", bound: 5 }],
    ["/note", "five!", { code: "maxLength", bound: 4 }],
    ["/ports", "[1", { code: "notJson" }],
    ["/smtp/port", 25, { code: "required" }, "/smtp/host"],
  ])("refuses %s = %j", (pointer, value, problem, at = pointer) => {
    expect([...read({ [pointer]: value }).problems]).toEqual([[at, problem]]);
  });

  it.each([0, 5])("accepts the bound %i itself", (value) => {
    expect(read({ "/retries": value }).problems.size).toBe(0);
  });

  it("leaves out an optional group that nobody filled in", () => {
    expect(read({}).config).not.toHaveProperty("smtp");
    expect(read({ "/smtp/host": "mail" }).config).toHaveProperty("smtp", { host: "mail" });
  });

  it("reads raw JSON where the schema says more than a form can", () => {
    expect(read({ "/ports": "[25]" }).config).toHaveProperty("ports", [25]);
  });

  it("reads a list of texts from lines, in their order", () => {
    expect(read({ "/tags": " b\n\na \n" }).config).toHaveProperty("tags", ["b", "a"]);
    const stored = { retries: 1, tags: ["b", "a"] };
    expect(initialValues(fields, stored).get("/tags")).toBe("b\na");
    expect(read({}, stored).config).toHaveProperty("tags", ["b", "a"]);
    expect(read({ "/tags": "" }).config).not.toHaveProperty("tags");
  });

  it("treats __proto__ as a name like any other", () => {
    const hostile = JSON.parse('{"properties":{"__proto__":{"type":"string","default":"x"}}}');
    const own = readConfigFields(hostile);
    const { config } = readConfigValues(own, initialValues(own, {}));
    expect(Object.getPrototypeOf(config)).toBe(Object.prototype);
    expect(Object.keys(config)).toEqual(["__proto__"]);
  });

  it("never runs the app's patterns", () => {
    const slow = { properties: { a: { type: "string", pattern: "^(a+)+$" } } };
    const own = readConfigFields(slow);
    const values = new Map([["/a", `${"a".repeat(200)}!`]]);
    expect(readConfigValues(own, values).problems.size).toBe(0);
  });

  it.each([null, 7, "text", [], { properties: 3 }, { properties: { a: 3 } }])(
    "makes no more than it can of %j",
    (odd) => {
      expect(readConfigFields(odd).every(({ kind }) => kind === "json")).toBe(true);
    },
  );

  it("bounds how many fields a schema can ask for, and how deep", () => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`f${at}`, {}]));
    expect(readConfigFields({ properties: wide })).toHaveLength(100);
    const deep = { type: "object", properties: { b: { type: "object", properties: {} } } };
    const [outer] = readConfigFields({
      properties: { a: { type: "object", properties: { c: deep } } },
    });
    expect(outer?.fields.map(({ kind }) => kind)).toEqual(["json"]);
  });

  it("escapes JSON pointers and makes names readable", () => {
    expect(pointerOf(["a/b", "c~d"])).toBe("/a~1b/c~0d");
    expect(readableName("maxRetries_perDay")).toBe("Max retries per day");
    expect(readableName("")).toBe("");
  });
});

describe("what the server refused", () => {
  it("is shown at its fields, by pointer or dotted path", () => {
    const error = new BerthError("CONFIG_INVALID", "no", {
      details: {
        problems: [
          { path: "/smtp/port", message: "too high" },
          { path: "smtp.host", message: "missing" },
          { path: 3, message: "odd" },
          null,
        ],
      },
    });
    expect([...serverProblems(error)]).toEqual([
      ["/smtp/port", "too high"],
      ["/smtp/host", "missing"],
    ]);
  });

  it("is nothing when the error is of another kind or shape", () => {
    expect(serverProblems(new BerthError("INTERNAL", "no")).size).toBe(0);
    expect(serverProblems(new BerthError("CONFIG_INVALID", "no")).size).toBe(0);
    expect(serverProblems(new Error("no")).size).toBe(0);
  });
});
