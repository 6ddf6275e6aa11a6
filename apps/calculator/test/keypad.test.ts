import { expect, it } from "vitest";
import { evaluate } from "../src/evaluate.ts";
import { keys, press } from "../src/keypad.ts";

it("types an expression that the evaluator understands", () => {
  const typed = ["√", "1", "6", ")", "×", "2", "^", "3", "−", "1", "÷", "4"].reduce(press, "");
  expect(evaluate(typed)).toBe(31.75);
});

it("deletes one sign, whole, and clears all", () => {
  expect(press("12π", "⌫")).toBe("12");
  expect(press("", "⌫")).toBe("");
  expect(press("12π", "C")).toBe("");
  expect(press("12", "=")).toBe("12");
});

it("has whole rows, no key twice, and a name for each", () => {
  expect(keys.length % 4).toBe(0);
  expect(new Set(keys.map(({ label }) => label)).size).toBe(keys.length);
  expect(keys.every(({ name }) => name.length > 0)).toBe(true);
});
