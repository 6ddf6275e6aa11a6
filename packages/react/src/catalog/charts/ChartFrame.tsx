/**
 * What every chart has: a name, a legend, axes, a plot that is walked by arrow keys, a tip for the
 * value under pointer or focus, and the figures as a table for who does not see the drawing.
 */
import { type ReactNode, useId } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import type { Formatter } from "../format-value.ts";
import { Axes } from "./Axes.tsx";
import { ChartLegend } from "./ChartLegend.tsx";
import { ChartTable } from "./ChartTable.tsx";
import { ChartTip } from "./ChartTip.tsx";
import type { ChartData, ChartPoint } from "./chart-data.ts";
import type { ChartLayout } from "./chart-layout.ts";
import { useChartPoint } from "./use-chart-point.ts";

export interface ChartFrameProps<Layout extends ChartLayout> {
  readonly label: string;
  readonly data: ChartData;
  readonly layout: Layout;
  readonly format: Formatter;
  /** Draws what lies on the axes. */
  readonly draw: (layout: Layout, active: ChartPoint | undefined) => ReactNode;
  readonly onPick?: ((point: ChartPoint) => void) | undefined;
  /** For measuring the room there is. */
  readonly measure: (element: HTMLElement | null) => void;
}

export function ChartFrame<Layout extends ChartLayout>(props: ChartFrameProps<Layout>): ReactNode {
  const { label, data, layout, format, draw, onPick, measure } = props;
  const { messages } = useSurroundings();
  const id = useId();
  const { active, isByKey, handlers } = useChartPoint({ data, layout, onPick });
  const name = active === undefined ? "" : (data.series[active.series]?.name ?? "");
  const value = active === undefined ? null : data.series[active.series]?.values[active.index];
  const spoken =
    active === undefined || !isByKey
      ? ""
      : `${data.categories[active.index] ?? ""}, ${name}: ${value === null ? messages.noValue : format(value)}`;
  return (
    <figure className="berth-chart">
      <figcaption className="berth-chart-caption">
        <span className="berth-chart-label">{label}</span>
        {data.series.length > 1 ? <ChartLegend series={data.series} /> : null}
      </figcaption>
      <div ref={measure} className="berth-chart-area" style={{ blockSize: layout.height }}>
        {data.hasValues ? (
          // biome-ignore lint/a11y/useSemanticElements: no element means a drawing walked by keys
          <div
            className="berth-chart-plot"
            role="group"
            aria-label={label}
            aria-describedby={`${id}-keys`}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk its values
            tabIndex={0}
            data-pickable={onPick !== undefined}
            {...handlers}
          >
            <svg
              className="berth-chart-svg"
              width="100%"
              height={layout.height}
              viewBox={`0 0 ${layout.width} ${layout.height}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={label}
            >
              <Axes layout={layout} />
              {draw(layout, active)}
            </svg>
            {active === undefined ? null : (
              <ChartTip data={data} layout={layout} point={active} format={format} />
            )}
          </div>
        ) : (
          <p className="berth-chart-empty">{messages.noData}</p>
        )}
      </div>
      <div className="berth-hidden">
        <span id={`${id}-keys`}>{messages.chartKeys}</span>
        <span role="status">{spoken}</span>
        <ChartTable label={label} data={data} format={format} />
      </div>
    </figure>
  );
}
