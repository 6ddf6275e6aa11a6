/** Orders rows by one column: numbers as numbers, text as the language does, nothing last. */
import type { CatalogProps } from "@berth/protocol";

export type Row = CatalogProps<"Table">["rows"][number];
export type Cell = Row["cells"][string];
export type SortDirection = "ascending" | "descending";

export interface Sort {
  readonly key: string;
  readonly direction: SortDirection;
}

/** Undefined for a key that the row does not have; inherited names are no cells. */
export function findCell(row: Row, key: string): Cell | undefined {
  return Object.hasOwn(row.cells, key) ? row.cells[key] : undefined;
}

/** Stable. Numbers come before text, text before yes and no; empty cells end both directions. */
export function sortRows(rows: readonly Row[], sort: Sort, locale: string): readonly Row[] {
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  const sign = sort.direction === "ascending" ? 1 : -1;
  return rows
    .map((row) => ({ row, cell: findCell(row, sort.key) }))
    .sort(({ cell: a }, { cell: b }) => {
      if (isEmpty(a) || isEmpty(b)) return Number(isEmpty(a)) - Number(isEmpty(b));
      if (typeof a === "string" && typeof b === "string") return sign * collator.compare(a, b);
      const difference = rankOf(a) - rankOf(b) || Number(a) - Number(b);
      return sign * difference;
    })
    .map(({ row }) => row);
}

const isEmpty = (cell: Cell | undefined): cell is null | undefined | "" =>
  cell === null || cell === undefined || cell === "";

function rankOf(cell: Cell | undefined): number {
  return ["number", "string", "boolean"].indexOf(typeof cell);
}
