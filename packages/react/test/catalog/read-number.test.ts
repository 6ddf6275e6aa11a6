import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNumber, writeNumber } from "../../src/catalog/fields/read-number.ts";
import { stepNumber } from "../../src/catalog/fields/step-number.ts";

describe("readNumber", () => {
  it.each([
    ["en", "1,234.5", 1234.5],
    ["en", "1,5", 1.5],
    ["en", "1,500", 1500],
    ["en", "-0.25", -0.25],
    ["en", "−7", -7],
    ["en", "  12 ", 12],
    ["en", ".5", 0.5],
    ["en", "", null],
    ["pt-BR", "1.234,5", 1234.5],
    ["pt-BR", "1.5", 1.5],
    ["pt-BR", "1.500", 1500],
    ["pt-BR", "1,234.5", 1234.5],
    ["fr", "1 234,5", 1234.5],
    ["de-CH", "1’234.5", 1234.5],
    ["ar-EG", "١٬٢٣٤٫٥", 1234.5],
  ])("in %s reads %j as %j", (locale, text, number) => {
    expect(readNumber(text, locale)).toBe(number);
  });

  it.each([
    "abc",
    "1e5",
    "--1",
    "1.2.3",
    "-",
    ".",
    "0x10",
    "1,2,3.4.5",
    "Infinity",
    "9".repeat(400),
  ])("takes %j for no number", (text) => {
    expect(readNumber(text, "en")).toBeUndefined();
  });

  it.each(["en", "pt-BR", "de", "fr", "hi", "ar-EG", "fa"])(
    "reads what it writes in %s",
    (locale) => {
      fc.assert(
        fc.property(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.nat(999), (whole, part) => {
          const number = whole + Math.sign(whole) * (part / 1000);
          expect(readNumber(writeNumber(number, locale), locale)).toBeCloseTo(number, 6);
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe("stepNumber", () => {
  it("adds no noise of binary fractions and stays within the bounds", () => {
    expect(stepNumber(0.2, 1, { step: 0.1 })).toBe(0.3);
    expect(stepNumber(null, 1, { min: 5 })).toBe(6);
    expect(stepNumber(9.5, 10, { max: 10 })).toBe(10);
    expect(stepNumber(3, 1, { step: 0 })).toBe(4);
  });
});
