/** A table that scrolls by itself and is reached by keyboard; its head stays in sight. */
import type { ReactNode } from "react";

export interface LiveColumn {
  readonly title: string;
  readonly align?: "end";
  /** Left out where there is no room; a row says it elsewhere then. */
  readonly isWideOnly?: boolean;
  /** Takes what room there is. */
  readonly isFlexible?: boolean;
}

export interface LiveTableProps {
  /** What it holds, for who hears it. */
  readonly label: string;
  readonly columns: readonly LiveColumn[];
  /** Rows of as many cells, of LiveCell. */
  readonly children: ReactNode;
}

export function LiveTable({ label, columns, children }: LiveTableProps): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="berth-inspector-scroll" aria-label={label} tabIndex={0}>
      <table className="berth-inspector-table">
        <caption className="berth-hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map(({ title, align, isWideOnly, isFlexible }) => (
              <th
                key={title}
                scope="col"
                data-align={align}
                data-wide={isWideOnly}
                data-flexible={isFlexible}
              >
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
