/**
 * Which rows of a long table stand in the document: those in sight, some before and after, and the
 * one that has the focus. What is left out is a gap as high as its rows.
 *
 * Invariant: the answer is the same object until other rows are due, so that scrolling within the
 * rows that are there draws nothing anew. Reads sizes only when told to, after the browser's layout.
 */

/** From `first` up to, not including, `end`. */
export interface RowSpan {
  readonly first: number;
  readonly end: number;
  readonly rowHeightPx: number;
}

/**
 * A row, or so many left out. A gap keeps its name while the table is scrolled: were the one below
 * taken for the one above, the rows between would be moved in the document, and lose the focus.
 */
export type WindowPart =
  | { readonly kind: "row"; readonly index: number }
  | { readonly kind: "gap"; readonly place: GapPlace; readonly heightPx: number };

export type GapPlace = "above" | "between" | "below";

export interface Sight {
  readonly scrollTopPx: number;
  readonly heightPx: number;
  readonly rowHeightPx: number;
}

/** Tables of up to this many rows are drawn whole: they print, and the browser's search finds all. */
export const wholeUpTo = 100;

/** Rows come and go by so many at once: one drawing for every so many rows scrolled. */
const stepRows = 8;
/** Beyond each edge, so that a wheel's notch or the next Tab finds its row there. */
const overscanRows = 8;
/** Until the first measurement, and on a server. */
const assumed: Sight = { scrollTopPx: 0, heightPx: 640, rowHeightPx: 36 };

export interface RowWindow {
  subscribe(listener: () => void): () => void;
  snapshot(): RowSpan;
  see(sight: Partial<Sight>): void;
}

export function createRowWindow(): RowWindow {
  const listeners = new Set<() => void>();
  let sight = assumed;
  let span = spanOf(sight);
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => span,
    see(seen) {
      const rowHeightPx = seen.rowHeightPx || sight.rowHeightPx;
      sight = { ...sight, ...seen, rowHeightPx };
      const next = spanOf(sight);
      if (
        next.first === span.first &&
        next.end === span.end &&
        next.rowHeightPx === span.rowHeightPx
      )
        return;
      span = next;
      for (const listener of listeners) listener();
    },
  };
}

function spanOf({ scrollTopPx, heightPx, rowHeightPx }: Sight): RowSpan {
  const top = Math.max(0, scrollTopPx) / rowHeightPx;
  const bottom = top + heightPx / rowHeightPx;
  const first = Math.floor((top - overscanRows) / stepRows) * stepRows;
  const end = Math.ceil((bottom + overscanRows) / stepRows) * stepRows;
  return { first: Math.max(0, first), end, rowHeightPx };
}

/**
 * The rows and gaps from top to bottom.
 *
 * @param focusedIndex - stays in the document with its neighbours, wherever the table is scrolled
 *   to: so the keyboard goes on from where it is
 */
export function partsOf(
  { first, end, rowHeightPx }: RowSpan,
  rowCount: number,
  focusedIndex?: number,
): readonly WindowPart[] {
  // A table that has become shorter is still scrolled to where it ended.
  const from = Math.max(0, Math.min(first, rowCount - (end - first)));
  const to = Math.min(end, rowCount);
  const kept = focusedIndex === undefined ? [] : [focusedIndex - 1, focusedIndex, focusedIndex + 1];
  const indexes = [
    ...kept.filter((index) => index >= 0 && index < from),
    ...Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset),
    ...kept.filter((index) => index >= to && index < rowCount),
  ];
  const parts: WindowPart[] = [];
  let next = 0;
  const leaveOut = (until: number, place: GapPlace): void => {
    if (until > next) parts.push({ kind: "gap", place, heightPx: (until - next) * rowHeightPx });
  };
  for (const index of indexes) {
    leaveOut(index, next === 0 ? "above" : "between");
    parts.push({ kind: "row", index });
    next = index + 1;
  }
  leaveOut(rowCount, "below");
  return parts;
}

/** Every row, without a gap. */
export function wholeParts(rowCount: number): readonly WindowPart[] {
  return partsOf({ first: 0, end: rowCount, rowHeightPx: 0 }, rowCount);
}
