import { type ReactNode, useMemo, useRef, useState } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import type { ComponentProps } from "../component-props.ts";
import { createFormatter } from "../format-value.ts";
import { ColumnHead } from "./ColumnHead.tsx";
import { Pager } from "./Pager.tsx";
import { wholeUpTo } from "./row-window.ts";
import { type Sort, sortRows } from "./sort-rows.ts";
import { TableRows } from "./TableRows.tsx";
import { useRowWindow } from "./use-row-window.ts";

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
  const firstIndex = page * pageSize;
  const shown = useMemo(
    () => sorted.slice(firstIndex, firstIndex + pageSize),
    [sorted, firstIndex, pageSize],
  );
  const area = useRef<HTMLDivElement>(null);
  const { span, toTop } = useRowWindow(area, shown.length > wholeUpTo);
  const onRow = props.isRowPressable === true ? onRowPress : undefined;
  const turnTo = (wanted: number): void => {
    setWantedPage(wanted);
    toTop();
  };
  const sortBy = (key: string): void => {
    const isAscending = sort?.key === key && sort.direction === "ascending";
    const next: Sort = { key, direction: isAscending ? "descending" : "ascending" };
    turnTo(0);
    if (onSort === undefined) setOwnSort(next);
    else onSort(next);
  };

  return (
    <div className="berth-table-frame">
      {/* biome-ignore lint/a11y/useSemanticElements: one more landmark for each table is noise */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <div ref={area} className="berth-table-scroll" role="group" aria-label={label} tabIndex={0}>
        <table className="berth-table" aria-rowcount={rows.length + 1}>
          <caption className="berth-hidden">{label}</caption>
          <thead>
            <tr aria-rowindex={1}>
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
          <TableRows
            rows={shown}
            firstIndex={firstIndex}
            columns={columns}
            formats={formats}
            onPress={onRow}
            span={span}
          />
        </table>
        {rows.length === 0 ? (
          <p className="berth-table-empty">{props.emptyText ?? messages.noRows}</p>
        ) : null}
      </div>
      {sorted.length > pageSize ? (
        <Pager page={page} pageSize={pageSize} total={sorted.length} onPage={turnTo} />
      ) : null}
    </div>
  );
}
