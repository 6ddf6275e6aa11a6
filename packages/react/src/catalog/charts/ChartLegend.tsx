import type { ReactNode } from "react";
import { type ChartSeries, colorOf } from "./chart-data.ts";

export function ChartLegend({ series }: { readonly series: readonly ChartSeries[] }): ReactNode {
  return (
    <ul className="berth-legend">
      {series.map(({ name }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a series is its place; names may repeat
        <li key={index}>
          <span className="berth-swatch" style={{ background: colorOf(index) }} />
          <span className="berth-legend-name">{name}</span>
        </li>
      ))}
    </ul>
  );
}
