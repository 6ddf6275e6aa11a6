/** What a chart's frame needs to know of the drawing inside it. All lengths in CSS pixels. */
import type { Tick } from "./axes.ts";
import type { ChartPoint } from "./chart-data.ts";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  readonly plot: Box;
  /** Values run left to right and categories downwards. */
  readonly isHorizontal: boolean;
  readonly valueTicks: readonly Tick[];
  readonly categoryTicks: readonly Tick[];
  /** The point that is meant by a place; undefined outside the plot. */
  readonly locate: (x: number, y: number) => ChartPoint | undefined;
  /** Where the tip for a point stands. */
  readonly anchor: (point: ChartPoint) => { readonly x: number; readonly y: number };
}

export const plotMargin = Object.freeze({ top: 10, right: 12, bottom: 26, labelGap: 8 });
