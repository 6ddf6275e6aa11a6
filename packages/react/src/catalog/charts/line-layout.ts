/** The geometry of a line chart. */
import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import type { Formatter } from "../format-value.ts";
import { categoryTicks, createValueScale, valueTicks, widestOf } from "./axes.ts";
import { type ChartData, isValue } from "./chart-data.ts";
import { type ChartLayout, plotMargin } from "./chart-layout.ts";
import { thinLine } from "./thin-line.ts";

export interface LineLayout extends ChartLayout {
  readonly paths: readonly string[];
  /** Under the line, when there is only one. */
  readonly ground: string | undefined;
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  /** Values with no neighbour, which a line cannot show. */
  readonly lonely: readonly { readonly series: number; readonly index: number }[];
}

export interface LineLayoutOptions {
  readonly data: ChartData;
  readonly width: number;
  readonly height: number;
  readonly formatTick: Formatter;
}

const maxLabelPx = 110;

export function createLineLayout(options: LineLayoutOptions): LineLayout {
  const { data, width, height, formatTick } = options;
  const { categories, series } = data;
  const { top, right, bottom, labelGap } = plotMargin;
  const y = createValueScale({
    domain: lineDomain(data),
    range: [height - bottom, top],
    tickGapPx: 46,
  });
  const ticks = valueTicks(y, formatTick);
  const left = Math.min(width / 3, widestOf(ticks.map(({ text }) => text)) + labelGap + 4);
  const plot = { left, top, right: Math.max(left + 1, width - right), bottom: height - bottom };
  const last = Math.max(1, categories.length - 1);
  const middle = (plot.left + plot.right) / 2;
  const along = scaleLinear().domain([0, last]).range([plot.left, plot.right]);
  const x = (index: number): number => (categories.length === 1 ? middle : along(index));

  const buckets = Math.max(1, Math.floor(plot.right - plot.left));
  const thinned = series.map(({ values }) => thinLine(values, buckets));
  type Drawn = (typeof thinned)[number][number];
  const pen = line<Drawn>()
    .defined(({ value }) => value !== null)
    .x(({ index }) => x(index))
    .y(({ value }) => y(value ?? 0));
  const brush = area<Drawn>()
    .defined(({ value }) => value !== null)
    .x(({ index }) => x(index))
    .y0(plot.bottom)
    .y1(({ value }) => y(value ?? 0));
  const [only] = thinned;
  return {
    width,
    height,
    plot,
    isHorizontal: false,
    valueTicks: ticks,
    categoryTicks: categoryTicks(categories, x, {
      lengthPx: plot.right - plot.left,
      maxWidthPx: maxLabelPx,
    }),
    paths: thinned.map((points) => pen(points) ?? ""),
    ground: only !== undefined && thinned.length === 1 ? (brush(only) ?? undefined) : undefined,
    x,
    y,
    lonely: series.flatMap(({ values }, which) => lonelyOf(values, which)),
    locate: (atX, atY) => {
      if (atX < 0 || atX > width || atY < 0 || atY > height || categories.length === 0) return;
      const index = categories.length === 1 ? 0 : Math.round(along.invert(atX));
      const nearest = Math.max(0, Math.min(categories.length - 1, index));
      return { index: nearest, series: nearestSeries(data, nearest, atY, y) };
    },
    anchor: ({ index, series: which }) => {
      const value = series[which]?.values[index] ?? null;
      return { x: x(index), y: value === null ? plot.bottom : y(value) };
    },
  };
}

/** Zero belongs to the picture unless the values keep far away from it. */
function lineDomain({ series }: ChartData): readonly [number, number] {
  const [low, high] = extent(series.flatMap(({ values }) => values.filter(isValue)));
  if (low === undefined || high === undefined) return [0, 1];
  if (low >= 0 && low < high * 0.6) return [0, high];
  if (high <= 0 && high > low * 0.6) return [low, 0];
  return [low, high];
}

const maxLonely = 500;

function lonelyOf(
  values: readonly (number | null)[],
  series: number,
): readonly { readonly series: number; readonly index: number }[] {
  const found: { series: number; index: number }[] = [];
  for (let index = 0; index < values.length && found.length < maxLonely; index += 1) {
    const hasNeighbour = isValue(values[index - 1] ?? null) || isValue(values[index + 1] ?? null);
    if (isValue(values[index] ?? null) && !hasNeighbour) found.push({ series, index });
  }
  return found;
}

function nearestSeries(
  { series }: ChartData,
  index: number,
  atY: number,
  y: (value: number) => number,
): number {
  let nearest = 0;
  let least = Infinity;
  series.forEach(({ values }, which) => {
    const value = values[index] ?? null;
    const distance = value === null ? Infinity : Math.abs(y(value) - atY);
    if (distance < least) [nearest, least] = [which, distance];
  });
  return nearest;
}
