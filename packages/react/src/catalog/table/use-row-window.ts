/** The rows of a long table that are due, live: while it is scrolled, sized and restyled. */
import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";
import { createRowWindow, type RowSpan, type RowWindow } from "./row-window.ts";

export interface RowWindowUse {
  readonly span: RowSpan;
  /** Scrolls to the first row. */
  readonly toTop: () => void;
}

/**
 * @param area - what scrolls, with the table in it
 * @param isLong - false for a table that is drawn whole, of which nothing is watched
 */
export function useRowWindow(area: RefObject<HTMLElement | null>, isLong: boolean): RowWindowUse {
  const [rows] = useState(createRowWindow);
  // A store of this kind is drawn before the frame is: no frame shows rows that have gone by.
  const span = useSyncExternalStore(rows.subscribe, rows.snapshot, rows.snapshot);
  useEffect(() => {
    return isLong && area.current !== null ? watch(area.current, rows) : undefined;
  }, [area, isLong, rows]);
  const [toTop] = useState(() => () => {
    area.current?.scrollTo({ top: 0 });
    rows.see({ scrollTopPx: 0 });
  });
  return { span, toTop };
}

function watch(area: HTMLElement, rows: RowWindow): () => void {
  const onScroll = (): void => rows.see({ scrollTopPx: area.scrollTop });
  // Called after layout, so that what is read here is known already. The heading is as high as a
  // row by the same token, and never leaves: it tells when that has changed.
  const observer = new ResizeObserver(() => {
    const row = area.querySelector("tbody tr[aria-rowindex]");
    rows.see({
      scrollTopPx: area.scrollTop,
      heightPx: area.clientHeight,
      ...(row === null ? {} : { rowHeightPx: row.getBoundingClientRect().height }),
    });
  });
  observer.observe(area);
  const head = area.querySelector("thead tr");
  if (head !== null) observer.observe(head);
  area.addEventListener("scroll", onScroll, { passive: true });
  return () => {
    observer.disconnect();
    area.removeEventListener("scroll", onScroll);
  };
}
