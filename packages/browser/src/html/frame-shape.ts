/**
 * How a frame lies in the page: as wide as its place, as high as the app says, within bounds.
 *
 * Trust: the height is the app's word. It is capped, and drawn ten times a second at most: an app
 * that changes it without end does not lay the page out anew at each of its messages.
 */
import type { Clock } from "../clock.ts";

/** Until the app says how high it is, and for apps that never do. */
const firstHeightPx = 480;

const minGapMs = 100;

const parked =
  "position:absolute;inline-size:0;block-size:0;border:0;visibility:hidden;pointer-events:none";

export interface FrameShape {
  /** From now on this frame; without a place it is parked, unseen. */
  take(frame: HTMLIFrameElement, place: HTMLElement | undefined): void;
  setHeight(heightPx: number | undefined): void;
  /** As high as its place, whatever the app says. */
  setFilling(isFilling: boolean): void;
  /** Beyond the reach of pointer, keyboard and screen reader. */
  setInert(isInert: boolean): void;
  bounds(): { readonly widthPx: number | undefined; readonly maxHeightPx: number };
  release(): void;
}

export interface FrameShapeOptions {
  readonly maxHeightPx: number;
  readonly clock: Clock;
  /** The place's width has changed. */
  readonly onWidth: () => void;
}

export function createFrameShape({ maxHeightPx, clock, onWidth }: FrameShapeOptions): FrameShape {
  let frame: HTMLIFrameElement | undefined;
  let place: HTMLElement | undefined;
  let observer: ResizeObserver | undefined;
  let heightPx = Math.min(firstHeightPx, maxHeightPx);
  let drawnPx = heightPx;
  let cancelWait: (() => void) | undefined;
  let isInert = false;
  let isFilling = false;
  let isReleased = false;
  const draw = (): void => {
    if (frame === undefined) return;
    frame.inert = isInert;
    frame.style.cssText =
      place === undefined
        ? parked
        : `display:block;inline-size:100%;block-size:${isFilling ? "100%" : `${drawnPx}px`};border:0`;
  };
  const drawHeight = (): void => {
    if (drawnPx === heightPx) return;
    drawnPx = heightPx;
    draw();
    cancelWait = clock.after(minGapMs, () => {
      cancelWait = undefined;
      drawHeight();
    });
  };
  return {
    take(taken, where) {
      frame = taken;
      draw();
      if (isReleased || where === place) return;
      observer?.disconnect();
      observer = undefined;
      place = where;
      draw();
      if (where === undefined) return;
      observer = new ResizeObserver(onWidth);
      observer.observe(where);
    },
    setHeight(wantedPx) {
      if (wantedPx === undefined) return;
      heightPx = Math.min(Math.ceil(wantedPx), maxHeightPx);
      if (cancelWait === undefined) drawHeight();
    },
    setFilling(isNow) {
      isFilling = isNow;
      draw();
    },
    setInert(isNow) {
      isInert = isNow;
      draw();
    },
    bounds: () => ({ widthPx: place?.clientWidth, maxHeightPx }),
    release() {
      isReleased = true;
      cancelWait?.();
      observer?.disconnect();
      frame = undefined;
      place = undefined;
    },
  };
}

/** Moves a frame without loading it anew; false where that cannot be. */
export function moveFrame(frame: HTMLIFrameElement, target: HTMLElement): boolean {
  if (frame.parentNode === target) return true;
  const { moveBefore } = target as { moveBefore?: (node: Node, child: Node | null) => void };
  if (moveBefore === undefined || !frame.isConnected || !target.isConnected) return false;
  moveBefore.call(target, frame, null);
  return true;
}
