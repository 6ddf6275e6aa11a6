import { type ReactNode, useMemo } from "react";
import type { ComponentProps } from "../component-props.ts";
import { ChartFrame } from "./ChartFrame.tsx";
import { type ChartPoint, colorOf, createChartData } from "./chart-data.ts";
import { createLineLayout, type LineLayout } from "./line-layout.ts";
import { useChartFormats } from "./use-chart-formats.ts";
import { useWidth } from "./use-width.ts";

const defaultHeight = 240;
const widthOnServer = 640;

export function LineChart(props: ComponentProps<"LineChart">): ReactNode {
  const { label, categories, series, height = defaultHeight, format, currency } = props;
  const [measure, width] = useWidth(widthOnServer);
  const { full, short } = useChartFormats(format, currency);
  const data = useMemo(() => createChartData({ categories, series }), [categories, series]);
  const layout = useMemo(
    () => createLineLayout({ data, width, height, formatTick: short }),
    [data, width, height, short],
  );
  const draw = (drawn: LineLayout, active: ChartPoint | undefined): ReactNode => (
    <>
      {drawn.ground === undefined ? null : <path className="berth-line-ground" d={drawn.ground} />}
      {active === undefined ? null : (
        <line
          className="berth-crosshair"
          x1={drawn.x(active.index)}
          x2={drawn.x(active.index)}
          y1={drawn.plot.top}
          y2={drawn.plot.bottom}
        />
      )}
      {drawn.paths.map((path, index) => (
        <path
          // biome-ignore lint/suspicious/noArrayIndexKey: a series is its place; names may repeat
          key={index}
          className="berth-line"
          // Far down the palette, colours alone are hard to tell apart.
          data-dashed={index >= 6 || undefined}
          style={{ stroke: colorOf(index) }}
          d={path}
        />
      ))}
      {drawn.lonely.map(({ series: which, index }) => (
        <circle
          key={`${which}:${index}`}
          style={{ fill: colorOf(which) }}
          cx={drawn.x(index)}
          cy={drawn.y(data.series[which]?.values[index] ?? 0)}
          r={2.5}
        />
      ))}
      {active === undefined
        ? null
        : data.series.map(({ values }, index) => {
            const value = values[active.index] ?? null;
            return value === null ? null : (
              <circle
                // biome-ignore lint/suspicious/noArrayIndexKey: a series is its place; names may repeat
                key={index}
                className="berth-point"
                style={{ fill: colorOf(index) }}
                cx={drawn.x(active.index)}
                cy={drawn.y(value)}
                r={index === active.series ? 5 : 3.5}
              />
            );
          })}
    </>
  );
  return (
    <ChartFrame
      label={label}
      data={data}
      layout={layout}
      format={full}
      draw={draw}
      measure={measure}
    />
  );
}
