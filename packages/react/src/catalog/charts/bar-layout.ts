/** The geometry of a bar chart: grouped or stacked, upright or lying. */
import { scaleBand } from "d3-scale";
import type { Formatter } from "../format-value.ts";
import { categoryTicks, createValueScale, valueTicks, widestOf } from "./axes.ts";
import type { ChartData, ChartPoint } from "./chart-data.ts";
import { type ChartLayout, plotMargin } from "./chart-layout.ts";

/** A bar as it stands in the drawing. */
export interface BarBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface BarLayout extends ChartLayout {
  /** One path a series, however many bars it has. */
  readonly paths: readonly string[];
  /** The whole breadth of a category, to be lit behind its bars. */
  readonly band: (index: number) => BarBox;
  readonly bar: (point: ChartPoint) => BarBox | undefined;
  /** Pixels along the values at which zero stands. */
  readonly zero: number;
}

export interface BarLayoutOptions {
  readonly data: ChartData;
  readonly width: number;
  readonly height: number;
  readonly isStacked: boolean;
  readonly isHorizontal: boolean;
  readonly formatTick: Formatter;
}

const maxLabelPx = 110;
const maxBarPx = 56;
/** Short words may be wider than their number of letters says. */
const slackPx = 10;

export function createBarLayout(options: BarLayoutOptions): BarLayout {
  const { data, width, height, isStacked, isHorizontal, formatTick } = options;
  const { categories, series } = data;
  const { top, right, bottom, labelGap } = plotMargin;
  const ends = isStacked ? stackEnds(data) : groupEnds(data);
  const domain = domainOf(ends);
  const scaleTo = (range: readonly [number, number]) =>
    createValueScale({ domain, range, tickGapPx: isHorizontal ? 84 : 46 });

  const upright = scaleTo([height - bottom, top]);
  const labels = isHorizontal
    ? categories
    : valueTicks(upright, formatTick).map(({ text }) => text);
  const left = Math.min(width * 0.4, Math.min(widestOf(labels), 180) + labelGap + slackPx);
  const plot = { left, top, right: Math.max(left + 1, width - right), bottom: height - bottom };
  const value = isHorizontal ? scaleTo([plot.left, plot.right]) : upright;

  const range: [number, number] = isHorizontal ? [plot.top, plot.bottom] : [plot.left, plot.right];
  const length = range[1] - range[0];
  const bands = scaleBand<number>()
    .domain(categories.map((_, index) => index))
    .range(range)
    .paddingInner(0.28)
    .paddingOuter(0.14);
  const step = bands.step();
  const bandStart = (index: number): number => bands(index) ?? range[0];
  const middle = (index: number): number => bandStart(index) + bands.bandwidth() / 2;
  const side = isStacked ? 1 : Math.max(1, series.length);
  const slot = Math.min(bands.bandwidth() / side, maxBarPx);
  const slotsFrom = (index: number): number => middle(index) - (slot * side) / 2;
  // A hair's breadth between neighbours, while there is room for it.
  const gap = side > 1 && slot > 4 ? 1 : 0;

  const bar = ({ index, series: which }: ChartPoint): BarBox | undefined => {
    const span = ends[which]?.[index];
    if (span === undefined || span === null) return undefined;
    const [from, to] = [value(span[0]), value(span[1])];
    const across = slotsFrom(index) + (isStacked ? 0 : which * slot);
    const [low, size] = [Math.min(from, to), Math.abs(to - from)];
    return isHorizontal
      ? { x: low, y: across, width: size, height: slot - gap }
      : { x: across, y: low, width: slot - gap, height: size };
  };

  return {
    width,
    height,
    plot,
    isHorizontal,
    valueTicks: valueTicks(value, formatTick),
    categoryTicks: categoryTicks(categories, middle, {
      lengthPx: length,
      isHorizontal,
      maxWidthPx: isHorizontal ? left - labelGap : Math.max(maxLabelPx, step - 14),
    }),
    paths: series.map((_, which) =>
      categories.map((_, index) => barPath(bar({ index, series: which }))).join(""),
    ),
    zero: value(0),
    bar,
    band: (index) => {
      const from = middle(index) - step / 2;
      return isHorizontal
        ? { x: plot.left, y: from, width: plot.right - plot.left, height: step }
        : { x: from, y: plot.top, width: step, height: plot.bottom - plot.top };
    },
    locate: (x, y) => {
      const [along, crossing] = isHorizontal ? [y, x] : [x, y];
      if (along < range[0] || along > range[1] || step <= 0) return undefined;
      const index = Math.min(categories.length - 1, Math.floor((along - range[0]) / step));
      if (index < 0) return undefined;
      if (!isStacked) {
        const which = Math.floor((along - slotsFrom(index)) / slot);
        return { index, series: Math.max(0, Math.min(series.length - 1, which)) };
      }
      const which = series.findIndex((_, candidate) => {
        const box = bar({ index, series: candidate });
        if (box === undefined) return false;
        const [from, size] = isHorizontal ? [box.x, box.width] : [box.y, box.height];
        return crossing >= from && crossing <= from + size;
      });
      return { index, series: Math.max(0, which) };
    },
    anchor: (point) => {
      const box = bar(point);
      if (isHorizontal)
        return { x: box === undefined ? plot.left : box.x + box.width, y: middle(point.index) };
      return { x: middle(point.index), y: box?.y ?? plot.bottom };
    },
  };
}

type Ends = readonly (readonly (readonly [number, number] | null)[])[];

const groupEnds = ({ series }: ChartData): Ends =>
  series.map(({ values }) => values.map((value) => (value === null ? null : [0, value])));

/** Gains pile up from zero and losses down from it. */
function stackEnds({ categories, series }: ChartData): Ends {
  const above = categories.map(() => 0);
  const below = categories.map(() => 0);
  return series.map(({ values }) =>
    values.map((value, index) => {
      if (value === null) return null;
      const pile = value < 0 ? below : above;
      const from = pile[index] ?? 0;
      pile[index] = from + value;
      return [from, from + value];
    }),
  );
}

function domainOf(ends: Ends): readonly [number, number] {
  let [low, high] = [0, 0];
  for (const spans of ends)
    for (const span of spans) {
      if (span === null) continue;
      low = Math.min(low, span[1]);
      high = Math.max(high, span[1]);
    }
  return low === high ? [0, 1] : [low, high];
}

/** Tenths of a pixel are finer than any screen. */
const round = (pixels: number): number => Math.round(pixels * 10) / 10;

function barPath(box: BarBox | undefined): string {
  if (box === undefined || box.width <= 0 || box.height <= 0) return "";
  const [x, y, width, height] = [box.x, box.y, box.width, box.height].map(round);
  return `M${x} ${y}h${width}v${height}h-${width}z`;
}
