import { memo, type ReactNode } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import type { Formatter } from "../format-value.ts";
import { alignOf, type Column } from "./columns.ts";
import { findCell, type Row } from "./sort-rows.ts";

export interface TableRowProps {
  readonly row: Row;
  readonly columns: readonly Column[];
  /** One for each column. */
  readonly formats: readonly Formatter[];
  readonly onPress?: ((id: string) => void) | undefined;
  /** Its place in the whole table, the heading being 1. */
  readonly ariaRowIndex?: number;
  /** Takes part in the columns' widths, and in nothing else. */
  readonly isUnseen?: boolean;
}

/**
 * A row that can be pressed is pressed anywhere by pointer, and by a button in its first cell by
 * keyboard: a row that is itself a button would be no row to a screen reader.
 */
export const TableRow = memo(function TableRow(props: TableRowProps): ReactNode {
  const { row, columns, formats, onPress, isUnseen } = props;
  const { messages } = useSurroundings();
  return (
    <tr
      aria-rowindex={props.ariaRowIndex}
      aria-hidden={isUnseen}
      style={isUnseen ? unseen : undefined}
      data-pressable={onPress !== undefined}
      onClick={
        onPress &&
        (() => {
          // Who marks text in order to copy it does not press.
          if (!hasSelection()) onPress(row.id);
        })
      }
    >
      {columns.map((column, index) => {
        const cell = findCell(row, column.key);
        const text = formats[index]?.(cell) ?? "";
        const isNothing = cell === null || cell === undefined || cell === "";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place; keys may repeat
          <td key={index} data-align={alignOf(column)} data-nothing={isNothing || undefined}>
            {onPress !== undefined && index === 0 ? (
              <button
                type="button"
                className="berth-row-button"
                aria-label={isNothing ? messages.openRow : undefined}
              >
                {text}
              </button>
            ) : (
              text
            )}
          </td>
        );
      })}
    </tr>
  );
});

/** Laid out in breadth only. */
const unseen = { visibility: "collapse" } as const;

function hasSelection(): boolean {
  return window.getSelection()?.isCollapsed === false;
}
