/**
 * Cuts a text into single policies and holds each against bounds, before Cedar reads any of it.
 *
 * Trust: the text is a tenant's. Cedar's parser recurses and its engine has a stack of fixed size,
 * which a few hundred brackets overrun; so depth and length are bounded here, by a reader that does
 * not recurse. What it takes wrongly apart, Cedar refuses.
 */

export interface PolicyPiece {
  readonly text: string;
  /** Where it begins in the whole, in UTF-16 units. */
  readonly start: number;
  /** The word that says what it does: `forbid` or `permit`; and where in the whole it stands. */
  readonly effect: { readonly word: string; readonly start: number } | undefined;
}

export interface SplitProblem {
  readonly message: string;
  readonly start: number;
}

export interface PolicyBounds {
  readonly maxBytes: number;
  readonly maxPolicies: number;
  /** Names, strings and signs of one policy. */
  readonly maxTokens: number;
  readonly maxDepth: number;
}

export const policyBounds: PolicyBounds = Object.freeze({
  maxBytes: 65_536,
  maxPolicies: 100,
  maxTokens: 800,
  maxDepth: 24,
});

const token = /\s+|\/\/[^\n]*|"(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_]*|\d+|::|&&|\|\||[=!<>]=|./gsy;

/** Never throws. */
export function splitPolicies(
  text: string,
  bounds: PolicyBounds = policyBounds,
): { readonly pieces: readonly PolicyPiece[]; readonly problem?: SplitProblem } {
  const bytes = Buffer.byteLength(text);
  if (bytes > bounds.maxBytes) {
    const message = `The text has ${bytes} bytes; at most ${bounds.maxBytes} are allowed.`;
    return { pieces: [], problem: { message, start: 0 } };
  }
  const pieces: PolicyPiece[] = [];
  let start: number | undefined;
  let effect: PolicyPiece["effect"];
  let tokens = 0;
  let depth = 0;
  let branches = 0;
  const at = (message: string, where: number) => ({ pieces, problem: { message, start: where } });
  for (const match of text.matchAll(token)) {
    const [word] = match;
    const where = match.index;
    if (/^\s|^\/\//.test(word)) continue;
    start ??= where;
    tokens += 1;
    if (tokens > bounds.maxTokens) {
      return at(
        `The policy has more than ${bounds.maxTokens} words and signs; make it several.`,
        start,
      );
    }
    if (word === "(" || word === "[" || word === "{") depth += 1;
    // Each branch nests what follows it, though no bracket shows it.
    if (word === "if") branches += 1;
    if (depth + branches > bounds.maxDepth) {
      return at(`The policy nests more than ${bounds.maxDepth} deep; make it flatter.`, where);
    }
    if (word === ")" || word === "]" || word === "}") depth = Math.max(0, depth - 1);
    if (depth === 0 && effect === undefined && (word === "forbid" || word === "permit")) {
      effect = { word, start: where };
    }
    if (word !== ";" || depth > 0) continue;
    if (pieces.length === bounds.maxPolicies) {
      return at(`There are more than ${bounds.maxPolicies} policies; remove some.`, start);
    }
    pieces.push({ text: text.slice(start, where + 1), start, effect });
    start = undefined;
    effect = undefined;
    tokens = 0;
    branches = 0;
  }
  if (start !== undefined) pieces.push({ text: text.slice(start).trimEnd(), start, effect });
  return { pieces };
}
