import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../src/evaluate.ts";
import { ExpressionError, maxExpressionChars } from "../src/tokens.ts";

function errorOf(expression: string): ExpressionError {
  try {
    evaluate(expression);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`${expression} was evaluated.`);
}

describe("evaluate", () => {
  it.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["10 - 4 - 3", 3],
    ["100 / 5 / 2", 10],
    ["2^3^2", 512],
    ["-2^2", -4],
    ["(-2)^2", 4],
    ["2^-1", 0.5],
    ["--3", 3],
    ["2 * -3", -6],
    ["7 % 3", 1],
    ["50%", 0.5],
    ["200 * 10%", 20],
    ["50% + 1", 1.5],
    ["sqrt(16) + 2", 6],
    ["√9", 3],
    ["sqrt 2^2", 2],
    ["abs(-3)", 3],
    ["2(3 + 4)", 14],
    ["2pi", 6.28318530717959],
    ["log(1000)", 3],
    ["1.5e3 + .5", 1500.5],
    ["0.1 + 0.2", 0.3],
    ["6 ÷ 4 × 2 − 1", 2],
    ["0 * -1", 0],
  ])("%s = %d", (expression, result) => {
    expect(evaluate(expression)).toBe(result);
  });

  it.each([
    ["", "EMPTY", 1],
    ["   ", "VALUE_EXPECTED", 4],
    ["1 +", "VALUE_EXPECTED", 4],
    ["1 + * 2", "VALUE_EXPECTED", 5],
    ["(1 + 2", "PARENTHESIS_OPEN", 1],
    ["1 + 2)", "PARENTHESIS_UNMATCHED", 6],
    ["1 2", "OPERATOR_EXPECTED", 3],
    ["(1 2)", "OPERATOR_EXPECTED", 4],
    ["1.2.3", "NUMBER_INVALID", 1],
    ["constructor(1)", "NAME_UNKNOWN", 1],
    ["1 & 2", "CHARACTER_UNKNOWN", 3],
    ["1 / (2 - 2)", "DIVISION_BY_ZERO", 3],
    ["1 % 0", "DIVISION_BY_ZERO", 3],
    ["sqrt(0 - 1)", "ROOT_OF_NEGATIVE", 1],
    ["10^400", "RESULT_TOO_LARGE", null],
    ["ln(0 - 1)", "RESULT_NOT_A_NUMBER", null],
  ] as const)("refuses %j as %s", (expression, code, at) => {
    expect(errorOf(expression)).toMatchObject({ code, at });
  });

  it("takes as many characters as allowed, and not one more", () => {
    expect(evaluate("1".padEnd(maxExpressionChars))).toBe(1);
    expect(errorOf("1".padEnd(maxExpressionChars + 1)).code).toBe("TOO_LONG");
  });

  it("refuses deep nesting instead of exhausting the stack", () => {
    expect(errorOf("(".repeat(100)).code).toBe("TOO_DEEP");
    expect(errorOf("√".repeat(90)).code).toBe("TOO_DEEP");
    expect(errorOf(`2${"^2".repeat(90)}`).code).toBe("TOO_DEEP");
    expect(evaluate(`${"(".repeat(40)}7${")".repeat(40)}`)).toBe(7);
  });

  it("agrees with the arithmetic of the language on sums of products", () => {
    const number = fc.integer({ min: -99, max: 99 });
    const term = fc.tuple(number, number);
    fc.assert(
      fc.property(fc.array(term, { minLength: 1, maxLength: 8 }), (terms) => {
        const expression = terms.map(([a, b]) => `${a} * ${b}`).join(" + ");
        const expected = terms.reduce((sum, [a, b]) => sum + a * b, 0);
        expect(evaluate(expression)).toBe(expected);
      }),
    );
  });

  it("either gives a finite number or an error of its own, whatever is typed", () => {
    const sign = fc.constantFrom(..."0123456789.+-*/%^() √πe".split(""));
    fc.assert(
      fc.property(fc.string({ unit: sign, maxLength: 60 }), (text) => {
        try {
          expect(Number.isFinite(evaluate(text))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
