/**
 * The rows of one page of a table: all of a short one; of a long one those in sight, with gaps in
 * place of the others, and unseen rows that keep the columns as wide as the widest of them all.
 */
import { type FocusEvent, type ReactNode, useMemo, useState } from "react";
import type { Formatter } from "../format-value.ts";
import type { Column } from "./columns.ts";
import { partsOf, type RowSpan, wholeParts, wholeUpTo } from "./row-window.ts";
import type { Row } from "./sort-rows.ts";
import { TableRow } from "./TableRow.tsx";
import { findWidestRows } from "./widest-rows.ts";

export interface TableRowsProps {
  /** Of this page. */
  readonly rows: readonly Row[];
  /** Of the first of them, among all. */
  readonly firstIndex: number;
  readonly columns: readonly Column[];
  readonly formats: readonly Formatter[];
  readonly onPress: ((id: string) => void) | undefined;
  /** Those in sight of a long page. */
  readonly span: RowSpan;
}

export function TableRows(props: TableRowsProps): ReactNode {
  const { rows, firstIndex, columns, formats, onPress, span } = props;
  const isLong = rows.length > wholeUpTo;
  const [focusedIndex, setFocusedIndex] = useState<number>();
  const widest = useMemo(
    () => (isLong ? findWidestRows(rows, columns) : []),
    [isLong, rows, columns],
  );
  const parts = isLong ? partsOf(span, rows.length, focusedIndex) : wholeParts(rows.length);
  return (
    <tbody
      onFocus={isLong ? (event) => setFocusedIndex(indexAt(event, firstIndex)) : undefined}
      onBlur={
        isLong
          ? ({ currentTarget, relatedTarget }) => {
              // The neighbour that the focus goes to must still be there when it arrives.
              if (relatedTarget !== null && !currentTarget.contains(relatedTarget))
                setFocusedIndex(undefined);
            }
          : undefined
      }
    >
      {widest.map((row) => (
        <TableRow
          key={`w${row.id}`}
          row={row}
          columns={columns}
          formats={formats}
          onPress={onPress}
          isUnseen
        />
      ))}
      {parts.map((part) => {
        if (part.kind === "gap")
          return (
            // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row takes no focus, and this one holds nothing
            <tr key={part.place} className="berth-table-gap" aria-hidden="true">
              <td colSpan={columns.length} style={{ blockSize: part.heightPx }} />
            </tr>
          );
        const row = rows[part.index];
        if (row === undefined) return null;
        return (
          <TableRow
            key={`${part.index}:${row.id}`}
            row={row}
            ariaRowIndex={firstIndex + part.index + headRows + 1}
            columns={columns}
            formats={formats}
            onPress={onPress}
          />
        );
      })}
    </tbody>
  );
}

/** The heading is a row as well, and the first is number one. */
const headRows = 1;

function indexAt({ target }: FocusEvent, firstIndex: number): number | undefined {
  const row = target.closest("tr")?.ariaRowIndex;
  return row ? Number(row) - firstIndex - headRows - 1 : undefined;
}
