/** Line by line, what has to go and what comes: the longest common subsequence, by the usual table. */

export interface DiffLine {
  readonly kind: "same" | "gone" | "new";
  readonly text: string;
}

/** Beyond this the table would be too large for a page: then all of the one, and all of the other. */
const maxCells = 4_000_000;

export function diffLines(before: string, after: string): readonly DiffLine[] {
  const old = linesOf(before);
  const next = linesOf(after);
  const width = next.length + 1;
  const whole = (kind: DiffLine["kind"], lines: readonly string[]) =>
    lines.map((text): DiffLine => ({ kind, text }));
  if ((old.length + 1) * width > maxCells) return [...whole("gone", old), ...whole("new", next)];
  const lengths = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = next.length - 1; column >= 0; column--) {
      lengths[row * width + column] =
        old[row] === next[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < old.length || column < next.length) {
    const gone = old[row];
    const come = next[column];
    if (gone !== undefined && gone === come) {
      lines.push({ kind: "same", text: gone });
      row += 1;
      column += 1;
    } else if (
      come === undefined ||
      (gone !== undefined && at(row + 1, column) >= at(row, column + 1))
    ) {
      lines.push({ kind: "gone", text: gone ?? "" });
      row += 1;
    } else {
      lines.push({ kind: "new", text: come });
      column += 1;
    }
  }
  return lines;
}

function linesOf(text: string): readonly string[] {
  const trimmed = text.replace(/\n+$/, "");
  return trimmed === "" ? [] : trimmed.split("\n");
}
