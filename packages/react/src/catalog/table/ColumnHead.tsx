import type { ReactNode } from "react";
import { Icon } from "../icons.tsx";
import { alignOf, type Column } from "./columns.ts";
import type { SortDirection } from "./sort-rows.ts";

export interface ColumnHeadProps {
  readonly column: Column;
  /** Undefined while another column, or none, orders the rows. */
  readonly direction: SortDirection | undefined;
  readonly onSort: (key: string) => void;
}

export function ColumnHead({ column, direction, onSort }: ColumnHeadProps): ReactNode {
  return (
    <th scope="col" data-align={alignOf(column)} aria-sort={direction}>
      {column.isSortable ? (
        <button
          type="button"
          className="berth-sort"
          data-active={direction !== undefined}
          onClick={() => onSort(column.key)}
        >
          {column.label}
          <Icon name={direction ?? "unsorted"} size={12} />
        </button>
      ) : (
        column.label
      )}
    </th>
  );
}
