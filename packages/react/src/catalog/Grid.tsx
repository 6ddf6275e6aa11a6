import type { CSSProperties, ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

/** Below this many pixels a column gives way to fewer of them. */
const leastWidthPx = (columns: number): number => (columns <= 4 ? 150 : 64);

/** `columns` is the most there are; where they would be too narrow, they wrap. */
export function Grid(props: ComponentProps<"Grid">): ReactNode {
  const { columns, minColumnWidth, gap = "md", children } = props;
  const minPx = minColumnWidth ?? (columns === undefined ? 220 : leastWidthPx(columns));
  // The share of one column, so that never more than `columns` fit beside each other.
  const share =
    columns === undefined ? "0px" : `calc((100% - ${columns - 1} * var(--berth-gap)) / ${columns})`;
  const style: CSSProperties = {
    // Never wider than the view itself, however wide a column is asked for.
    gridTemplateColumns: `repeat(${columns === undefined ? "auto-fit" : "auto-fill"}, minmax(min(100%, max(${minPx}px, ${share})), 1fr))`,
  };
  return (
    <div className="berth-grid" data-gap={gap} style={style}>
      {children}
    </div>
  );
}
