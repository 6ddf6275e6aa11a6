/**
 * Looks positions up in the mappings of a source map (ECMA-426), in one pass and without a table.
 *
 * Node's own `SourceMap` builds the whole table first: a quarter of a second and 13 MB for half a
 * megabyte of mappings, which is a publisher's to choose. A pass costs a few milliseconds.
 */

export interface Position {
  /** From 0. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
}

export interface OriginalPosition extends Position {
  /** Index into the map's sources. */
  readonly source: number;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const valueOfCode: readonly number[] = Array.from({ length: 128 }, (_, code) =>
  digits.indexOf(String.fromCharCode(code)),
);
const comma = 44;
const semicolon = 59;
const maxShift = 30;
const maxNumber = 10_000_000;

/** Generated column, source, original line, original column, name. */
type Segment = [number, number, number, number, number];

/**
 * @param wanted - generated positions, sorted by line and column
 * @returns for each the original of the last segment at or before it in its line. Mappings that are
 * not well-formed end the search where they stop being so.
 */
export function findPositions(
  mappings: string,
  wanted: readonly Position[],
): (OriginalPosition | undefined)[] {
  const found: (OriginalPosition | undefined)[] = [];
  const state: Segment = [0, 0, 0, 0, 0];
  let line = 0;
  let latest: OriginalPosition | undefined;
  let field = 0;
  let value = 0;
  let shift = 0;
  let isBroken = false;

  /** Answers whatever lies before the given position. */
  function answerBefore(untilLine: number, untilColumn: number): void {
    for (let next = wanted[found.length]; next !== undefined; next = wanted[found.length]) {
      const isBefore =
        next.line < untilLine || (next.line === untilLine && next.column < untilColumn);
      if (!isBefore) return;
      found.push(next.line === line ? latest : undefined);
    }
  }

  function endSegment(): void {
    if (field === 0) return;
    // The segment that ends here begins at `state[0]`; what was asked before it is known now.
    answerBefore(line, state[0]);
    const [, source, originalLine, column] = state;
    const isPlain =
      field >= 4 && [source, originalLine, column].every((number) => isIn(number, maxNumber));
    latest = isPlain ? { source, line: originalLine, column } : undefined;
    field = 0;
  }

  for (let at = 0; at < mappings.length && found.length < wanted.length; at += 1) {
    const code = mappings.charCodeAt(at);
    if (code === comma || code === semicolon) {
      isBroken = shift !== 0;
      if (isBroken) break;
      endSegment();
      if (code === comma) continue;
      answerBefore(line + 1, 0);
      line += 1;
      state[0] = 0;
      latest = undefined;
      continue;
    }
    const digit = valueOfCode[code] ?? -1;
    isBroken = digit === -1 || shift > maxShift || field > 4;
    if (isBroken) break;
    value += (digit & 31) * 2 ** shift;
    if ((digit & 32) !== 0) {
      shift += 5;
      continue;
    }
    const step = Math.floor(value / 2) * (value % 2 === 0 ? 1 : -1);
    state[field] = (state[field] ?? 0) + step;
    field += 1;
    value = 0;
    shift = 0;
  }
  if (!isBroken && shift === 0) {
    endSegment();
    answerBefore(line + 1, 0);
  }
  while (found.length < wanted.length) found.push(undefined);
  return found;
}

function isIn(number: number, max: number): boolean {
  return Number.isInteger(number) && number >= 0 && number < max;
}
