/** The paths of a small chart in a box of 120 by 32: one second is one unit, the latest at the end. */
const width = 120;
const height = 32;

export interface SparkPaths {
  readonly line: string;
  readonly area: string;
}

/** Breaks where a value is not known. @param ceiling - the value at the top; above zero */
export function sparkPaths(values: readonly (number | null)[], ceiling: number): SparkPaths {
  const shown = values.slice(-(width + 1));
  const runs: string[][] = [];
  const ends: [first: number, last: number][] = [];
  let isOpen = false;
  for (const [index, value] of shown.entries()) {
    if (value === null) {
      isOpen = false;
      continue;
    }
    const x = width - (shown.length - 1 - index);
    const y = height - Math.min(1, Math.max(0, value / ceiling)) * height;
    const point = `${x} ${y.toFixed(1)}`;
    if (!isOpen) {
      runs.push([]);
      ends.push([x, x]);
    }
    isOpen = true;
    runs.at(-1)?.push(point);
    const end = ends.at(-1);
    if (end !== undefined) end[1] = x;
  }
  // A point by itself goes nowhere, and is a dot.
  const lines = runs.map((points) => `M${points.join("L")}${points.length === 1 ? "h0" : ""}`);
  const areas = lines.map((line, index) => {
    const [first, last] = ends[index] ?? [0, 0];
    return `${line}L${last} ${height}L${first} ${height}Z`;
  });
  return { line: lines.join(""), area: areas.join("") };
}
