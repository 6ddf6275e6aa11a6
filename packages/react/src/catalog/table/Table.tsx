import { type ReactNode, useMemo, useState } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import type { ComponentProps } from "../component-props.ts";
import { createFormatter } from "../format-value.ts";
import { ColumnHead } from "./ColumnHead.tsx";
import { Pager } from "./Pager.tsx";
import { type Sort, sortRows } from "./sort-rows.ts";
import { TableRow } from "./TableRow.tsx";

const defaultPageSize = 50;

/** Sorts by itself unless the app listens to `sort`, and then shows what the app says. */
export function Table(props: ComponentProps<"Table">): ReactNode {
  const { label, columns, rows, pageSize = defaultPageSize, onSort, onRowPress } = props;
  const { locale, timeZone, messages } = useSurroundings();
  const [ownSort, setOwnSort] = useState<Sort>();
  const [wantedPage, setWantedPage] = useState(0);

  const given: Sort | undefined =
    props.sortKey === undefined
      ? undefined
      : { key: props.sortKey, direction: props.sortDirection ?? "ascending" };
  // Rows come in the order that the app names; only the reader's own choice orders them here.
  const isSortedByApp = onSort !== undefined || ownSort === undefined;
  const sort = isSortedByApp ? given : ownSort;
  const sorted = useMemo(
    () => (isSortedByApp || ownSort === undefined ? rows : sortRows(rows, ownSort, locale)),
    [rows, ownSort, isSortedByApp, locale],
  );
  const formats = useMemo(
    () =>
      columns.map(({ format, currency }) =>
        createFormatter({ format, currency, locale, timeZone, messages }),
      ),
    [columns, locale, timeZone, messages],
  );

  const page = Math.min(wantedPage, Math.max(0, Math.ceil(sorted.length / pageSize) - 1));
  const shown = sorted.slice(page * pageSize, (page + 1) * pageSize);
  const onRow = props.isRowPressable === true ? onRowPress : undefined;
  const sortBy = (key: string): void => {
    const isAscending = sort?.key === key && sort.direction === "ascending";
    const next: Sort = { key, direction: isAscending ? "descending" : "ascending" };
    setWantedPage(0);
    if (onSort === undefined) setOwnSort(next);
    else onSort(next);
  };

  return (
    <div className="berth-table-frame">
      {/* biome-ignore lint/a11y/useSemanticElements: one more landmark for each table is noise */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <div className="berth-table-scroll" role="group" aria-label={label} tabIndex={0}>
        <table className="berth-table" aria-rowcount={rows.length + 1}>
          <caption className="berth-hidden">{label}</caption>
          <thead>
            <tr>
              {columns.map((column, index) => (
                <ColumnHead
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place; keys may repeat
                  key={index}
                  column={column}
                  direction={sort?.key === column.key ? sort.direction : undefined}
                  onSort={sortBy}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              <TableRow
                // biome-ignore lint/suspicious/noArrayIndexKey: an app's ids may repeat
                key={`${index}:${row.id}`}
                row={row}
                columns={columns}
                formats={formats}
                onPress={onRow}
              />
            ))}
          </tbody>
        </table>
        {rows.length === 0 ? (
          <p className="berth-table-empty">{props.emptyText ?? messages.noRows}</p>
        ) : null}
      </div>
      {sorted.length > pageSize ? (
        <Pager page={page} pageSize={pageSize} total={sorted.length} onPage={setWantedPage} />
      ) : null}
    </div>
  );
}
