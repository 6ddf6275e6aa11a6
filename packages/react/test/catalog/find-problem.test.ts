import { describe, expect, it } from "vitest";
import { type FormRule, findProblem } from "../../src/catalog/form/find-problem.ts";
import { defaultMessages as messages, messagesOf } from "../../src/catalog/messages.ts";

const problem = (rule: Omit<FormRule, "name">, value: string | number | boolean | null) =>
  findProblem({ name: "field", ...rule }, value, { messages, formatNumber: String });

describe("a form's rule", () => {
  it("asks for what is required, and for nothing else of what is empty", () => {
    for (const value of ["", "  ", null, false])
      expect(problem({ isRequired: true }, value)).toBe(messages.fieldRequired);
    expect(problem({ minLength: 3, format: "email", min: 1 }, "")).toBeUndefined();
    expect(problem({ isRequired: true }, 0)).toBeUndefined();
    expect(problem({ isRequired: true }, true)).toBeUndefined();
  });

  it.each([
    [{ minLength: 3 }, "ab", "At least 3 characters."],
    [{ minLength: 3 }, "abc", undefined],
    [{ maxLength: 3 }, "abcd", "At most 3 characters."],
    [{ min: 2 }, 1, "At least 2."],
    [{ min: 2, max: 4 }, 4, undefined],
    [{ max: 4 }, 5, "At most 4."],
    [{ format: "email" }, "ana@example", messages.fieldNoEmail],
    [{ format: "email" }, "ana@@example.com", messages.fieldNoEmail],
    [{ format: "email" }, "ana@example.com", undefined],
    [{ format: "url" }, "javascript:alert(1)", messages.fieldNoAddress],
    [{ format: "url" }, "https://example.com/a?b", undefined],
    [{ pattern: "\\d{4}" }, "12a4", messages.fieldMisshapen],
    [{ pattern: "\\d{4}", message: "Four figures." }, "12a4", "Four figures."],
    [{ pattern: "\\d{4}" }, "1234", undefined],
  ] as const)("%j of %j: %s", (rule, value, expected) => {
    expect(problem(rule, value)).toBe(expected);
  });

  it("speaks the page's language", () => {
    expect(
      findProblem({ name: "a", isRequired: true }, "", {
        messages: messagesOf("pt-BR"),
        formatNumber: String,
      }),
    ).toBe("Isto é necessário.");
  });
});
