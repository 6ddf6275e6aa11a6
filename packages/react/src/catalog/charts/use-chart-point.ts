/** Which value of a chart is under the pointer or the keyboard, and what picks it. */
import {
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useState,
} from "react";
import type { ChartData, ChartPoint } from "./chart-data.ts";
import type { ChartLayout } from "./chart-layout.ts";

export interface ChartPointOptions {
  readonly data: ChartData;
  readonly layout: ChartLayout;
  readonly onPick: ((point: ChartPoint) => void) | undefined;
}

export function useChartPoint({ data, layout, onPick }: ChartPointOptions) {
  const [chosen, setChosen] = useState<ChartPoint & { readonly isByKey: boolean }>();
  // The data may have shrunk since.
  const active =
    chosen !== undefined && chosen.index < data.categories.length && data.series[chosen.series]
      ? chosen
      : undefined;

  const locate = (event: MouseEvent<HTMLElement>): ChartPoint | undefined => {
    const box = event.currentTarget.getBoundingClientRect();
    return layout.locate(event.clientX - box.left, event.clientY - box.top);
  };
  const show = (event: PointerEvent<HTMLElement>): void => {
    const point = locate(event);
    if (point?.index === active?.index && point?.series === active?.series) return;
    setChosen(point && { ...point, isByKey: false });
  };
  return {
    active,
    isByKey: active?.isByKey === true,
    handlers: {
      onPointerMove: show,
      onPointerDown: show,
      onPointerLeave: () => setChosen((now) => (now?.isByKey ? now : undefined)),
      onBlur: (_: FocusEvent) => setChosen(undefined),
      onClick: (event: MouseEvent<HTMLElement>) => {
        const point = locate(event);
        if (point !== undefined) onPick?.(point);
      },
      onKeyDown: (event: KeyboardEvent) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "Escape" && active !== undefined) {
          // The key closes the tip, and not also the dialog around the chart.
          event.preventDefault();
          event.stopPropagation();
          setChosen(undefined);
        } else if (event.key === "Enter" || event.key === " ") {
          if (active === undefined || onPick === undefined) return;
          event.preventDefault();
          onPick({ index: active.index, series: active.series });
        } else {
          const next = step(event.key, active, data, layout.isHorizontal);
          if (next === undefined) return;
          event.preventDefault();
          setChosen({ ...next, isByKey: true });
        }
      },
    },
  };
}

/** Arrows along the categories walk them, arrows across them change the series. */
function step(
  key: string,
  from: ChartPoint | undefined,
  data: ChartData,
  isHorizontal: boolean,
): ChartPoint | undefined {
  const last = data.categories.length - 1;
  const [back, on, up, down] = isHorizontal
    ? ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]
    : ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
  const { index, series } = from ?? { index: key === back ? last + 1 : -1, series: 0 };
  const place = Math.max(0, index);
  const count = data.series.length;
  switch (key) {
    case back:
      return { index: Math.max(0, index - 1), series };
    case on:
      return { index: Math.min(last, index + 1), series };
    case up:
      return { index: place, series: (series - 1 + count) % count };
    case down:
      return { index: place, series: from === undefined ? 0 : (series + 1) % count };
    case "Home":
      return { index: 0, series };
    case "End":
      return { index: last, series };
    default:
      return undefined;
  }
}
