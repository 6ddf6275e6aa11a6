/** Where ticks stand, which labels have room, and how much room they take from the plot. */
import { scaleLinear } from "d3-scale";
import type { Formatter } from "../format-value.ts";

export interface Tick {
  /** Pixels along its axis. */
  readonly at: number;
  readonly text: string;
}

/** Mean advance in pixels, of the wider system fonts. Measuring would need a rendered page. */
const letterPx = 7;
const labelGapPx = 14;

export const textWidth = (text: string): number => text.length * letterPx;

export function widestOf(texts: readonly string[]): number {
  return texts.reduce((widest, text) => Math.max(widest, textWidth(text)), 0);
}

/** Cut to fit, with an ellipsis. */
export function shorten(text: string, roomPx: number): string {
  const letters = [...text];
  const fitting = Math.max(2, Math.floor(roomPx / letterPx));
  return letters.length <= fitting ? text : `${letters.slice(0, fitting - 1).join("")}…`;
}

export interface ValueScaleOptions {
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  /** About how far apart ticks stand. */
  readonly tickGapPx: number;
}

export interface ValueScale {
  (value: number): number;
  readonly ticks: readonly number[];
}

export function createValueScale({ domain, range, tickGapPx }: ValueScaleOptions): ValueScale {
  const [low, high] = domain[0] === domain[1] ? widen(domain[0]) : domain;
  const length = Math.abs(range[1] - range[0]);
  const count = Math.max(2, Math.min(8, Math.round(length / tickGapPx)));
  const scale = scaleLinear().domain([low, high]).nice(count).range(range);
  return Object.assign((value: number) => scale(value), { ticks: scale.ticks(count) });
}

/** A single value stands in the middle of something. */
function widen(value: number): readonly [number, number] {
  if (value === 0) return [0, 1];
  return value > 0 ? [0, value * 1.2] : [value * 1.2, 0];
}

/** Ticks that a short format cannot tell apart are left out. */
export function valueTicks(scale: ValueScale, format: Formatter): readonly Tick[] {
  const ticks = scale.ticks.map((value) => ({ at: scale(value), text: format(value) }));
  return ticks.filter(({ text }, index) => text !== ticks[index - 1]?.text);
}

/** Every n-th label, so that none touches its neighbour. */
export function categoryTicks(
  categories: readonly string[],
  place: (index: number) => number,
  options: {
    readonly lengthPx: number;
    readonly isHorizontal?: boolean;
    readonly maxWidthPx: number;
  },
): readonly Tick[] {
  const { lengthPx, isHorizontal = false, maxWidthPx } = options;
  const widest = Math.min(widestOf(categories), maxWidthPx);
  const room = isHorizontal ? 16 : widest + labelGapPx;
  const most = Math.max(1, Math.floor(lengthPx / room));
  const every = Math.max(1, Math.ceil(categories.length / most));
  const ticks: Tick[] = [];
  for (let index = 0; index < categories.length; index += every)
    ticks.push({ at: place(index), text: shorten(categories[index] ?? "", maxWidthPx) });
  return ticks;
}
