import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findTextPattern } from "../../src/index.ts";

const matches = (pattern: string, text: string) => findTextPattern(pattern)?.matches(text);

describe("an app's pattern", () => {
  it.each([
    ["[A-Z]{2}-\\d{4}", "SO-1041", true],
    ["[A-Z]{2}-\\d{4}", "so-1041", false],
    ["[A-Z]{2}-\\d{4}", "SO-1041 ", false],
    ["\\d{3,}", "12", false],
    ["\\d{3,}", "1234567", true],
    ["a?b*c+", "c", true],
    ["a?b*c+", "abbb", false],
    ["[^\\d,]+", "words", true],
    ["[^\\d,]+", "w0rds", false],
    ["\\w+\\.\\w+", "ação.ñ", true],
    ["[\\]\\-x]{3}", "]-x", true],
    ["", "", true],
    [".{2}", "😀é", true],
  ])("%j and %j: %s", (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it.each([
    ..."^$()|?*+{}]",
    ...[
      "(a+)+",
      "a|b",
      "a**",
      "a{2,1}",
      "a{101}",
      "[",
      "[]",
      "[z-a]",
      "\\b",
      "\\1",
      "\\",
      "x{1000}",
    ],
    "[a-z]{100}[a-z]{51}",
  ])("is none: %j", (pattern) => {
    expect(findTextPattern(pattern)).toBeUndefined();
  });

  it("means what a regular expression means", () => {
    const atom = fc.constantFrom("a", "b", ".", "\\d", "[ab]", "[^a]", "[a-c1]", "\\.", "-");
    const times = fc.constantFrom("", "?", "*", "+", "{2}", "{1,}", "{0,2}");
    const pattern = fc.array(
      fc.tuple(atom, times).map((pair) => pair.join("")),
      { maxLength: 6 },
    );
    const text = fc.string({ unit: fc.constantFrom(..."abc1.-"), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (parts, given) => {
        const source = parts.join("");
        expect(matches(source, given)).toBe(new RegExp(`^(?:${source})$`, "s").test(given));
      }),
      { numRuns: 2_000 },
    );
  });

  it("does a bounded amount of work, whatever an app writes", () => {
    const before = process.cpuUsage();
    expect(matches(`${"a*".repeat(99)}b`, "a".repeat(500))).toBe(false);
    expect(matches(".*", "a".repeat(500))).toBe(true);
    expect(matches(".*", "a".repeat(501))).toBe(false);
    const { user, system } = process.cpuUsage(before);
    // A backtracking engine would not come back at all.
    expect((user + system) / 1_000).toBeLessThan(5_000);
  });
});
