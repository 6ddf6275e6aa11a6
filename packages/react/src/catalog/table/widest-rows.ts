/** Which rows make a column as wide as it has to be, without laying all of them out. */
import type { Column } from "./columns.ts";
import { type Cell, findCell, type Row } from "./sort-rows.ts";

/**
 * For each column the rows with the longest text, by count of characters: letters differ in width,
 * so there are a few. Numbers are compared by their digits, since each is written with as many
 * decimals.
 */
export function findWidestRows(rows: readonly Row[], columns: readonly Column[]): readonly Row[] {
  const widest = new Set<Row>();
  for (const { key } of columns) {
    const longest: { row: Row; length: number }[] = [];
    for (const row of rows) {
      const length = lengthOf(findCell(row, key));
      const last = longest[perColumn - 1];
      if (last !== undefined && length <= last.length) continue;
      longest.push({ row, length });
      longest.sort((a, b) => b.length - a.length);
      longest.length = Math.min(longest.length, perColumn);
    }
    for (const { row } of longest) widest.add(row);
  }
  return [...widest];
}

const perColumn = 3;

function lengthOf(cell: Cell | undefined): number {
  if (typeof cell === "string") return cell.length;
  if (typeof cell === "number") return Math.trunc(cell).toString().length;
  return 0;
}
