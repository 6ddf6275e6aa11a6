/**
 * Patterns that an app gives for its fields: a small part of regular expressions, run by hand.
 *
 * Trust: the pattern is an app's and runs in the host's page on every key press, where an app's
 * RegExp could try for minutes. Here a pattern is a row of atoms without groups or alternatives,
 * and matching walks the text once with the set of places it may be at, so the work is at most
 * `maxTextLength` times `maxStates`.
 *
 * `\d \w \s`, `.`, `[a-z]`, `[^…]`, an escaped sign or a plain one; then `?`, `*`, `+`, `{n}`, `{n,}` or
 * `{n,m}`. A pattern means the whole text.
 */

/** Atoms, each counted as often as it may repeat. */
const maxStates = 150;
const maxRepeats = 100;
/** Longer texts match nothing. */
const maxTextLength = 500;

interface Atom {
  readonly has: (sign: string) => boolean;
  readonly isOptional: boolean;
  readonly isEndless: boolean;
}

export interface TextPattern {
  matches(text: string): boolean;
}

/** Undefined for what is no such pattern. */
export function findTextPattern(source: string): TextPattern | undefined {
  const atoms = readAtoms([...source]);
  return atoms && { matches: (text) => matches(atoms, text) };
}

function matches(atoms: readonly Atom[], text: string): boolean {
  if (text.length > maxTextLength) return false;
  let places = reach(atoms, new Set([0]));
  for (const sign of text) {
    const next = new Set<number>();
    for (const place of places) {
      const atom = atoms[place];
      if (atom?.has(sign)) next.add(atom.isEndless ? place : place + 1);
    }
    if (next.size === 0) return false;
    places = reach(atoms, next);
  }
  return places.has(atoms.length);
}

/** The places with those behind atoms that may be left out; an endless one may always be left. */
function reach(atoms: readonly Atom[], places: ReadonlySet<number>): Set<number> {
  const reached = new Set(places);
  // A set gives what is added while it is walked.
  for (const place of reached) if (atoms[place]?.isOptional) reached.add(place + 1);
  return reached;
}

function readAtoms(signs: readonly string[]): readonly Atom[] | undefined {
  const atoms: Atom[] = [];
  let at = 0;
  while (at < signs.length) {
    const one = readOne(signs, at);
    if (one === undefined) return undefined;
    const times = readTimes(signs, one.end);
    if (times === undefined) return undefined;
    const { has } = one;
    const { least, most } = times;
    for (let count = 0; count < least; count += 1)
      atoms.push({ has, isOptional: false, isEndless: false });
    if (most === undefined) atoms.push({ has, isOptional: true, isEndless: true });
    else
      for (let count = least; count < most; count += 1)
        atoms.push({ has, isOptional: true, isEndless: false });
    if (atoms.length > maxStates) return undefined;
    at = times.end;
  }
  return atoms;
}

type Test = (sign: string) => boolean;

const classes: Readonly<Record<string, Test>> = Object.freeze({
  d: (sign: string) => sign >= "0" && sign <= "9",
  w: (sign: string) => /^[\p{L}\p{N}_]$/u.test(sign),
  s: (sign: string) => /^\s$/.test(sign),
});

function readOne(
  signs: readonly string[],
  at: number,
): { readonly has: Test; readonly end: number } | undefined {
  const sign = signs[at] ?? "";
  if (sign === ".") return { has: () => true, end: at + 1 };
  if (sign === "[") return readSet(signs, at + 1);
  if (sign === "\\") {
    const escaped = signs[at + 1];
    const has = escaped === undefined ? undefined : readEscape(escaped);
    return has && { has, end: at + 2 };
  }
  // Signs that mean something in a regular expression and nothing here.
  if ("^$()|?*+{}]".includes(sign)) return undefined;
  return { has: (given) => given === sign, end: at + 1 };
}

/** Letters other than the three classes are kept for meanings that are not here. */
function readEscape(escaped: string): Test | undefined {
  if (/^[a-zA-Z0-9]$/.test(escaped))
    return Object.hasOwn(classes, escaped) ? classes[escaped] : undefined;
  return (given) => given === escaped;
}

function readSet(
  signs: readonly string[],
  from: number,
): { readonly has: Test; readonly end: number } | undefined {
  const isNegated = signs[from] === "^";
  const tests: Test[] = [];
  let at = isNegated ? from + 1 : from;
  while (signs[at] !== "]") {
    let low = signs[at];
    if (low === undefined) return undefined;
    if (low === "\\") {
      const escaped = signs[at + 1];
      const has = escaped === undefined ? undefined : readEscape(escaped);
      if (escaped === undefined || has === undefined) return undefined;
      at += 1;
      low = escaped;
      if (Object.hasOwn(classes, escaped)) {
        tests.push(has);
        at += 1;
        continue;
      }
    }
    const high = signs[at + 1] === "-" && signs[at + 2] !== "]" ? signs[at + 2] : undefined;
    if (high === "\\" || (high !== undefined && high < low)) return undefined;
    const first = low;
    tests.push((given) => given >= first && given <= (high ?? first));
    at += high === undefined ? 1 : 3;
  }
  if (tests.length === 0) return undefined;
  return { has: (given) => tests.some((test) => test(given)) !== isNegated, end: at + 1 };
}

interface Times {
  readonly least: number;
  /** Undefined without end. */
  readonly most: number | undefined;
  readonly end: number;
}

function readTimes(signs: readonly string[], at: number): Times | undefined {
  switch (signs[at]) {
    case "?":
      return { least: 0, most: 1, end: at + 1 };
    case "*":
      return { least: 0, most: undefined, end: at + 1 };
    case "+":
      return { least: 1, most: undefined, end: at + 1 };
    case "{":
      break;
    default:
      return { least: 1, most: 1, end: at };
  }
  const close = signs.indexOf("}", at);
  const found = /^(\d{1,3})(,(\d{1,3})?)?$/.exec(signs.slice(at + 1, close).join(""));
  if (close < 0 || found === null) return undefined;
  const least = Number(found[1]);
  const most =
    found[2] === undefined ? least : found[3] === undefined ? undefined : Number(found[3]);
  if (least > maxRepeats || (most !== undefined && (most > maxRepeats || most < least)))
    return undefined;
  return { least, most, end: close + 1 };
}
