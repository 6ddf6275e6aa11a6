/**
 * Evaluates an arithmetic expression: `+ - * / % ^`, parentheses, a sign, `sqrt`, `abs`, `ln`,
 * `log`, `pi` and `e`.
 *
 * A recursive descent parser over this grammar, from the weakest binding to the strongest:
 *
 *     sum     = product { ("+" | "-") product }
 *     product = sign { ("*" | "/" | "%") sign | sign-less power after a value: "2(3)" }
 *     sign    = { "+" | "-" } power
 *     power   = value [ "^" sign ]          right to left, above the sign: -2^2 is -4
 *     value   = number | name | function value | "(" sum ")"
 *
 * `%` between two values is the remainder; after a value without one following, it divides by
 * 100: `50%` is 0.5.
 */
import { ExpressionError, type Operator, readTokens, type Token } from "./tokens.ts";

/** Deeper nesting is nobody's sum, and would exhaust the stack. */
const maxDepth = 50;

const constants: Readonly<Record<string, number>> = { pi: Math.PI, π: Math.PI, e: Math.E };

const functions: Readonly<Record<string, (value: number, at: number) => number>> = {
  sqrt: root,
  "√": root,
  abs: Math.abs,
  ln: Math.log,
  log: Math.log10,
};

function root(value: number, at: number): number {
  if (value >= 0) return Math.sqrt(value);
  throw new ExpressionError(
    "ROOT_OF_NEGATIVE",
    `The root at ${at} is of ${value}, which has none.`,
    at,
  );
}

/** @throws ExpressionError */
export function evaluate(text: string): number {
  const parser = createParser(readTokens(text));
  const result = parser.sum(0);
  parser.demandEnd();
  if (Number.isNaN(result)) {
    throw new ExpressionError("RESULT_NOT_A_NUMBER", "The result is not a number.");
  }
  if (!Number.isFinite(result)) {
    throw new ExpressionError("RESULT_TOO_LARGE", "The result is too large to be written down.");
  }
  // 0.1 + 0.2 shows as 0.3; -0 as 0.
  return Number(result.toPrecision(15)) + 0;
}

interface Parser {
  sum(depth: number): number;
  demandEnd(): void;
}

function createParser(tokens: readonly Token[]): Parser {
  let index = 0;
  const last: Token = { kind: "end", at: 1 };
  const peek = (ahead = 0): Token => tokens[index + ahead] ?? tokens.at(-1) ?? last;

  function takeOperator(...wanted: readonly Operator[]): Operator | undefined {
    const token = peek();
    if (token.kind !== "operator" || !wanted.includes(token.operator)) return undefined;
    index += 1;
    return token.operator;
  }

  function sum(depth: number): number {
    if (depth > maxDepth) {
      const { at } = peek();
      throw new ExpressionError("TOO_DEEP", `The expression is nested too deep at ${at}.`, at);
    }
    let result = product(depth);
    for (;;) {
      const operator = takeOperator("+", "-");
      if (!operator) return result;
      const right = product(depth);
      result = operator === "+" ? result + right : result - right;
    }
  }

  function product(depth: number): number {
    let result = sign(depth);
    for (;;) {
      const { at, kind } = peek();
      if (kind === "open" || kind === "name") result *= power(depth);
      else {
        const operator = takeOperator("*", "/", "%");
        if (!operator) return result;
        if (operator === "%" && !startsValue(peek())) result /= 100;
        else result = apply(operator, result, sign(depth), at);
      }
    }
  }

  function sign(depth: number): number {
    let isNegative = false;
    for (;;) {
      const operator = takeOperator("+", "-");
      if (!operator) break;
      if (operator === "-") isNegative = !isNegative;
    }
    const result = power(depth);
    return isNegative ? -result : result;
  }

  function power(depth: number): number {
    const base = value(depth);
    if (!takeOperator("^")) return base;
    if (depth > maxDepth)
      throw new ExpressionError("TOO_DEEP", "There are too many powers of powers.");
    return base ** sign(depth + 1);
  }

  function value(depth: number): number {
    const token = peek();
    index += 1;
    if (token.kind === "number") return token.value;
    if (token.kind === "open") return inside(depth, token.at);
    if (token.kind === "name") return named(token.name, token.at, depth);
    index -= 1;
    throw unexpected(token);
  }

  function inside(depth: number, openedAt: number): number {
    const result = sum(depth + 1);
    if (peek().kind === "close") {
      index += 1;
      return result;
    }
    if (peek().kind !== "end") throw unexpectedAfterValue(peek());
    throw new ExpressionError(
      "PARENTHESIS_OPEN",
      `The parenthesis at ${openedAt} is not closed.`,
      openedAt,
    );
  }

  function named(name: string, at: number, depth: number): number {
    const constant = Object.hasOwn(constants, name) ? constants[name] : undefined;
    if (constant !== undefined) return constant;
    const apply = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (apply === undefined) {
      const known = [...Object.keys(functions), ...Object.keys(constants)].join(", ");
      throw new ExpressionError(
        "NAME_UNKNOWN",
        `"${name}" at ${at} is not known; there are ${known}.`,
        at,
      );
    }
    if (depth > maxDepth)
      throw new ExpressionError("TOO_DEEP", "There are too many functions of functions.");
    return apply(value(depth + 1), at);
  }

  return {
    sum,
    demandEnd() {
      const token = peek();
      if (token.kind !== "end") throw unexpectedAfterValue(token);
    },
  };
}

function startsValue({ kind }: Token): boolean {
  return kind === "number" || kind === "open" || kind === "name";
}

function apply(
  operator: "*" | "/" | "%" | Operator,
  left: number,
  right: number,
  at: number,
): number {
  if (operator === "*") return left * right;
  if (right === 0) {
    throw new ExpressionError("DIVISION_BY_ZERO", `The division at ${at} is by zero.`, at);
  }
  return operator === "/" ? left / right : left % right;
}

function unexpected(token: Token): ExpressionError {
  const { at, kind } = token;
  if (kind === "end") {
    const isEmpty = at === 1;
    return new ExpressionError(
      isEmpty ? "EMPTY" : "VALUE_EXPECTED",
      isEmpty
        ? "There is nothing to calculate."
        : "The expression ends where a number should come.",
      at,
    );
  }
  const what = kind === "operator" ? `"${token.operator}"` : '")"';
  return new ExpressionError("VALUE_EXPECTED", `At ${at} a number should come, not ${what}.`, at);
}

function unexpectedAfterValue({ at, kind }: Token): ExpressionError {
  return kind === "close"
    ? new ExpressionError("PARENTHESIS_UNMATCHED", `The parenthesis at ${at} closes nothing.`, at)
    : new ExpressionError("OPERATOR_EXPECTED", `At ${at} an operator should come, such as +.`, at);
}
