import { type ReactNode, useMemo } from "react";
import type { ComponentProps } from "../component-props.ts";
import { type BarLayout, createBarLayout } from "./bar-layout.ts";
import { ChartFrame } from "./ChartFrame.tsx";
import { type ChartPoint, colorOf, createChartData } from "./chart-data.ts";
import { useChartFormats } from "./use-chart-formats.ts";
import { useWidth } from "./use-width.ts";

const defaultHeight = 240;
const widthOnServer = 640;

export function BarChart(props: ComponentProps<"BarChart">): ReactNode {
  const { label, categories, series, format, currency, onSelect } = props;
  const { isStacked = false, isHorizontal = false, height = defaultHeight } = props;
  const [measure, width] = useWidth(widthOnServer);
  const { full, short } = useChartFormats(format, currency);
  const data = useMemo(() => createChartData({ categories, series }), [categories, series]);
  const layout = useMemo(
    () => createBarLayout({ data, width, height, isStacked, isHorizontal, formatTick: short }),
    [data, width, height, isStacked, isHorizontal, short],
  );
  return (
    <ChartFrame
      label={label}
      data={data}
      layout={layout}
      format={full}
      draw={drawBars}
      measure={measure}
      onPick={
        onSelect &&
        (({ index, series: which }) => onSelect({ index, series: data.series[which]?.name ?? "" }))
      }
    />
  );
}

function drawBars(layout: BarLayout, active: ChartPoint | undefined): ReactNode {
  const { plot, zero, isHorizontal } = layout;
  const bar = active && layout.bar(active);
  return (
    <>
      {active === undefined ? null : <rect className="berth-band" {...layout.band(active.index)} />}
      {layout.paths.map((path, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a series is its place; names may repeat
        <path key={index} className="berth-bars" style={{ fill: colorOf(index) }} d={path} />
      ))}
      {bar === undefined ? null : <rect className="berth-bar-active" {...bar} />}
      <line
        className="berth-zero"
        {...(isHorizontal
          ? { x1: zero, x2: zero, y1: plot.top, y2: plot.bottom }
          : { x1: plot.left, x2: plot.right, y1: zero, y2: zero })}
      />
    </>
  );
}
