/**
 * Takes points away that no pixel could show, and keeps every peak, trough and gap.
 *
 * Each pixel column keeps its first, lowest, highest and last value (the M4 aggregation of
 * Jugel et al., VLDB 2014), so the thinned line covers the same pixels as the whole one.
 */
export interface LinePoint {
  readonly index: number;
  readonly value: number | null;
}

/** Fewer than this many points to a column are drawn as they are. */
const pointsPerColumn = 4;

export function thinLine(
  values: readonly (number | null)[],
  columns: number,
): readonly LinePoint[] {
  if (values.length <= columns * pointsPerColumn)
    return values.map((value, index) => ({ index, value }));
  const kept = new Set<number>();
  for (let column = 0; column < columns; column += 1) {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    keepColumn(values, from, to, kept);
  }
  return [...kept].sort((a, b) => a - b).map((index) => ({ index, value: values[index] ?? null }));
}

function keepColumn(
  values: readonly (number | null)[],
  from: number,
  to: number,
  kept: Set<number>,
): void {
  let lowest = from;
  let highest = from;
  let gap: number | undefined;
  for (let index = from; index < to; index += 1) {
    const value = values[index] ?? null;
    if (value === null) {
      gap = index;
      continue;
    }
    if (value < (values[lowest] ?? Infinity)) lowest = index;
    if (value > (values[highest] ?? -Infinity)) highest = index;
  }
  for (const index of [from, lowest, highest, to - 1]) kept.add(index);
  if (gap !== undefined) kept.add(gap);
}
