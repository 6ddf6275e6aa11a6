import { canonicalJson, encodeEntry, leafHash } from "@berth/audit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPlainlyCanonical } from "../src/entry/plainly-canonical.ts";
import { sampleEntry } from "./support/sample-log.ts";

const refused = (message: string) =>
  expect.objectContaining({
    code: "AUDIT_ENTRY_INVALID",
    message: expect.stringContaining(message),
  });

describe("canonical JSON", () => {
  it("gives the text of RFC 8785's example of sorting", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    const names = Object.keys(JSON.parse(canonicalJson(value)) as object);
    expect(names).toEqual(["1", "\r", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"]);
  });

  it("gives the text of RFC 8785's example of values", () => {
    const value = {
      // biome-ignore lint/correctness/noPrecisionLoss: the RFC's own, to see it rounded.
      numbers: [333333333.33333329, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f",
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("sorts names that are numbers as text, which objects do not", () => {
    expect(canonicalJson({ 10: 1, 9: 2, a: 3 })).toBe('{"10":1,"9":2,"a":3}');
  });

  it("is the same for a value and what is parsed from its text, whatever the order of its names", () => {
    const values = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(values, (value) => {
        fc.pre(!/e\+|\d{16}/.test(JSON.stringify(value)));
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["undefined", { a: undefined }, "undefined"],
    ["a function", { a: () => 1 }, "function"],
    ["a date", { a: new Date(0) }, "not plain"],
    ["a number that is none", { a: Number.NaN }, "not exact"],
    ["an integer beyond exactness", { a: 2 ** 53 }, "not exact"],
    ["half a surrogate pair", { a: "\ud800" }, "broken Unicode"],
    ["half a surrogate pair as a name", { "\udc00": 1 }, "broken Unicode"],
  ])("refuses %s instead of writing something else", (_name, value, message) => {
    expect(() => canonicalJson(value)).toThrow(refused(message));
  });

  it("bounds depth and length exactly", () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    const limits = { maxDepth: 3, maxBytes: 10 };
    expect(canonicalJson(nested(3), limits)).toBe("[[[1]]]");
    expect(() => canonicalJson(nested(4), limits)).toThrow(refused("too deeply"));
    expect(canonicalJson("12345678", limits)).toHaveLength(10);
    expect(() => canonicalJson("123456789", limits)).toThrow(refused("11 bytes"));
    expect(() => canonicalJson("ééééé", limits)).toThrow(refused("12 bytes"));
  });
});

describe("the quick look", () => {
  it("takes for canonical only what is", () => {
    const texts = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify({ a: value })),
      fc
        .array(fc.constantFrom(...'{}[]":,-+.019eE \\ab', "true", "null", '{"a":', '"b":'), {
          maxLength: 12,
        })
        .map((parts) => `{"a":${parts.join("")}}`),
    );
    const canonicalOf = (text: string): string | undefined => {
      try {
        return canonicalJson(JSON.parse(text));
      } catch {
        // No JSON, or nothing that can be written.
        return undefined;
      }
    };
    fc.assert(
      fc.property(texts, (text) => {
        if (isPlainlyCanonical(text)) expect(canonicalOf(text)).toBe(text);
      }),
      { numRuns: 400 },
    );
  });

  it("is enough for a usual entry, and not for any other way to write it", () => {
    const details = { list: [1, -2, 0, true, null, "ü"], none: {} };
    const plain = encodeEntry(sampleEntry(1, { details })).body;
    expect(isPlainlyCanonical(plain)).toBe(true);
    for (const other of [
      plain.replace('"list":[1,', '"list":[01,'),
      plain.replace('"list":[1,', '"list":[1.0,'),
      plain.replace('"list":[1,-2,0', '"list":[1,-2,-0'),
      plain.replace('"list":[1,', '"list":[9007199254740993,'),
      plain.replace('"list":[1,', '"list":[1, '),
      plain.replace('"list":[1,', '"list":[1,,'),
      plain.replace('"none":{}', '"list":[],"none":{}'),
      plain.replace('"none":{}', '"none":{},"a":1'),
      plain.replace("ü", "\\u00fc"),
      `${plain} `,
      plain.slice(0, -1),
      `{"a":${"[".repeat(16)}${"]".repeat(16)}}`,
      `{"a":"${"x".repeat(65_536)}"}`,
      "[]",
      "",
    ]) {
      expect(isPlainlyCanonical(other), other.slice(0, 200)).toBe(false);
    }
  });
});

describe("an entry", () => {
  it("has one body, whose hash is its leaf hash", () => {
    const entry = sampleEntry(1);
    const { body, leafHash: leaf } = encodeEntry(entry);
    const turned = Object.fromEntries(Object.entries(entry).reverse());
    expect(canonicalJson(turned)).toBe(body);
    expect(leaf).toEqual(leafHash(Buffer.from(body)));
    expect(leaf).toEqual(leafHash(body));
  });

  it("holds a person's fields as an opaque text", () => {
    const personal = { keyId: "person-1", ciphertext: "3q2+7w==" };
    expect(JSON.parse(encodeEntry(sampleEntry(1, { personal })).body)).toMatchObject({ personal });
  });

  it.each([
    ["at", { at: "2026-11-22" }],
    ["action", { action: "Revoke" }],
    ["action", { action: "revoke" }],
    ["actor.id", { actor: { kind: "person", id: "" } }],
    ["target.kind", { target: { kind: "", id: "x" } }],
    ["organizationId", { organizationId: "x".repeat(513) }],
    ["requestId", { requestId: "" }],
    ["salt", { salt: "short" }],
  ])("with a wrong %s is refused, naming it", (field, fields) => {
    expect(() => encodeEntry(sampleEntry(1, fields))).toThrow(refused(`The entry's ${field} `));
  });

  it("that is longer than 64 KiB is refused", () => {
    const details = { text: "x".repeat(65_536) };
    expect(() => encodeEntry(sampleEntry(1, { details }))).toThrow(refused("more than 65536"));
  });
});
