import type { ReactNode } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import { Icon } from "../icons.tsx";

export interface PagerProps {
  /** Counted from zero. */
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
}

export function Pager({ page, pageSize, total, onPage }: PagerProps): ReactNode {
  const { messages, locale } = useSurroundings();
  const isFirst = page === 0;
  const isLast = (page + 1) * pageSize >= total;
  const number = new Intl.NumberFormat(locale);
  const from = number.format(page * pageSize + 1);
  const to = number.format(Math.min(total, (page + 1) * pageSize));
  return (
    <div className="berth-pager">
      <span aria-live="polite">{messages.rows(from, to, number.format(total))}</span>
      {/* At an end, a button stays focusable, so that the keyboard does not lose its place. */}
      <button
        type="button"
        className="berth-icon-button"
        aria-label={messages.previousPage}
        aria-disabled={isFirst}
        onClick={() => {
          if (!isFirst) onPage(page - 1);
        }}
      >
        <Icon name="previous" />
      </button>
      <button
        type="button"
        className="berth-icon-button"
        aria-label={messages.nextPage}
        aria-disabled={isLast}
        onClick={() => {
          if (!isLast) onPage(page + 1);
        }}
      >
        <Icon name="next" />
      </button>
    </div>
  );
}
