/** Grid lines with their values, and the categories' labels. */
import type { ReactNode } from "react";
import { textWidth } from "./axes.ts";
import { type ChartLayout, plotMargin } from "./chart-layout.ts";

const baselineGap = 17;

export function Axes({ layout }: { readonly layout: ChartLayout }): ReactNode {
  const { plot, isHorizontal, valueTicks, categoryTicks } = layout;
  const below = isHorizontal ? valueTicks : categoryTicks;
  const beside = isHorizontal ? categoryTicks : valueTicks;
  return (
    <g className="berth-axes">
      {valueTicks.map(({ at }) =>
        isHorizontal ? (
          <line key={at} x1={at} x2={at} y1={plot.top} y2={plot.bottom} />
        ) : (
          <line key={at} x1={plot.left} x2={plot.right} y1={at} y2={at} />
        ),
      )}
      {below.map(({ at, text }) => {
        const half = textWidth(text) / 2;
        // A label at an edge leans inwards instead of being cut off.
        const x = Math.max(half, Math.min(layout.width - half, at));
        return (
          <text key={at} x={x} y={plot.bottom + baselineGap} textAnchor="middle">
            {text}
          </text>
        );
      })}
      {beside.map(({ at, text }) => (
        <text key={at} x={plot.left - plotMargin.labelGap} y={at} dy="0.34em" textAnchor="end">
          {text}
        </text>
      ))}
    </g>
  );
}
