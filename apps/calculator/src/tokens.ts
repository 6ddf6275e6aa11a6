/** Splits an expression into tokens. Positions count from 1, as people do. */

export type Operator = "+" | "-" | "*" | "/" | "%" | "^";

export type Token =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "operator"; readonly operator: Operator; readonly at: number }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  | { readonly kind: "open" | "close"; readonly at: number }
  | { readonly kind: "end"; readonly at: number };

export type ExpressionErrorCode =
  | "EMPTY"
  | "TOO_LONG"
  | "TOO_DEEP"
  | "CHARACTER_UNKNOWN"
  | "NUMBER_INVALID"
  | "NAME_UNKNOWN"
  | "VALUE_EXPECTED"
  | "OPERATOR_EXPECTED"
  | "PARENTHESIS_OPEN"
  | "PARENTHESIS_UNMATCHED"
  | "DIVISION_BY_ZERO"
  | "ROOT_OF_NEGATIVE"
  | "RESULT_NOT_A_NUMBER"
  | "RESULT_TOO_LARGE";

/** What is wrong with an expression, and where. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly code: ExpressionErrorCode;
  /** From 1; null when it is about the whole. */
  readonly at: number | null;

  constructor(code: ExpressionErrorCode, message: string, at: number | null = null) {
    super(message);
    this.code = code;
    this.at = at;
  }
}

export const maxExpressionChars = 200;

/** What people type and paste, in place of the plain signs. */
const variants: Readonly<Record<string, Operator>> = {
  "+": "+",
  "-": "-",
  "−": "-",
  "*": "*",
  "×": "*",
  "·": "*",
  "/": "/",
  "÷": "/",
  "%": "%",
  "^": "^",
};

/** @throws ExpressionError */
export function readTokens(text: string): readonly Token[] {
  if (text.length > maxExpressionChars) {
    throw new ExpressionError(
      "TOO_LONG",
      `The expression has ${text.length} characters; at most ${maxExpressionChars}.`,
    );
  }
  const tokens: Token[] = [];
  const pattern = /\s+|(\d[\d.]*(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z]+|[√π])|(.)/gu;
  for (const match of text.matchAll(pattern)) {
    const at = match.index + 1;
    const [, number, name, sign] = match;
    if (number !== undefined) tokens.push({ kind: "number", value: parseNumber(number, at), at });
    else if (name !== undefined) tokens.push({ kind: "name", name: name.toLowerCase(), at });
    else if (sign !== undefined) tokens.push(tokenOfSign(sign, at));
  }
  return [...tokens, { kind: "end", at: text.length + 1 }];
}

function parseNumber(text: string, at: number): number {
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new ExpressionError("NUMBER_INVALID", `"${text}" at ${at} is not a number.`, at);
}

function tokenOfSign(sign: string, at: number): Token {
  if (sign === "(") return { kind: "open", at };
  if (sign === ")") return { kind: "close", at };
  const operator = Object.hasOwn(variants, sign) ? variants[sign] : undefined;
  if (operator) return { kind: "operator", operator, at };
  throw new ExpressionError("CHARACTER_UNKNOWN", `"${sign}" at ${at} means nothing here.`, at);
}
