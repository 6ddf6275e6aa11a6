import type { CSSProperties, ReactNode } from "react";
import type { Formatter } from "../format-value.ts";
import { type ChartData, type ChartPoint, colorOf } from "./chart-data.ts";
import type { ChartLayout } from "./chart-layout.ts";

export interface ChartTipProps {
  readonly data: ChartData;
  readonly layout: ChartLayout;
  readonly point: ChartPoint;
  readonly format: Formatter;
}

const gapPx = 12;
const headPx = 30;
const linePx = 20;

/** Every series' value at one category. For eyes only: the status line speaks. */
export function ChartTip({ data, layout, point, format }: ChartTipProps): ReactNode {
  const { x, y } = layout.anchor(point);
  const isLeft = x > layout.width / 2;
  const tall = headPx + data.series.length * linePx;
  const top = Math.max(0, Math.min(y - tall / 2, layout.height - tall));
  const style: CSSProperties = {
    top,
    ...(isLeft ? { right: layout.width - x + gapPx } : { left: x + gapPx }),
    maxWidth: Math.max(120, (isLeft ? x : layout.width - x) - gapPx),
  };
  return (
    <div className="berth-tip" style={style} aria-hidden="true">
      <p className="berth-tip-title">{data.categories[point.index]}</p>
      <ul>
        {data.series.map(({ name, values }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a series is its place; names may repeat
          <li key={index} data-active={index === point.series}>
            <span className="berth-swatch" style={{ background: colorOf(index) }} />
            <span className="berth-tip-name">{name}</span>
            <span className="berth-tip-value">{format(values[point.index])}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
