import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRowWindow, partsOf, wholeParts } from "../../src/catalog/table/row-window.ts";
import { findWidestRows } from "../../src/catalog/table/widest-rows.ts";

describe("the rows of a long table", () => {
  it("are those in sight, and with their gaps as high as all of them", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 101, max: 10_000 }),
        fc.integer({ min: 0, max: 400_000 }),
        fc.integer({ min: 0, max: 1_200 }),
        fc.option(fc.integer({ min: 0, max: 9_999 }), { nil: undefined }),
        (rowCount, wantedTopPx, heightPx, focused) => {
          const rowHeightPx = 36;
          // As a browser does, where it is scrolled to ends with the rows.
          const scrollTopPx = Math.min(
            wantedTopPx,
            Math.max(0, (rowCount + 1) * rowHeightPx - heightPx),
          );
          const window = createRowWindow();
          window.see({ scrollTopPx, heightPx, rowHeightPx });
          const parts = partsOf(window.snapshot(), rowCount, focused);
          const rows = parts.flatMap((part) => (part.kind === "row" ? [part.index] : []));
          const gapsPx = parts.reduce(
            (sum, part) => sum + (part.kind === "gap" ? part.heightPx : 0),
            0,
          );
          expect(gapsPx + rows.length * rowHeightPx).toBe(rowCount * rowHeightPx);
          expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
          const seenFrom = Math.floor(scrollTopPx / rowHeightPx);
          const seenTo = Math.min(rowCount, Math.ceil((scrollTopPx + heightPx) / rowHeightPx));
          for (let index = seenFrom; index < seenTo; index++) expect(rows).toContain(index);
          if (focused !== undefined && focused < rowCount) expect(rows).toContain(focused);
          expect(rows.length).toBeLessThan(heightPx / rowHeightPx + 60);
        },
      ),
    );
  });

  it("stay the same while it is scrolled within them", () => {
    const window = createRowWindow();
    window.see({ scrollTopPx: 36_000, heightPx: 640, rowHeightPx: 36 });
    const before = window.snapshot();
    let told = 0;
    window.subscribe(() => {
      told += 1;
    });
    for (let px = 0; px < 36 * 3; px++) window.see({ scrollTopPx: 36_000 + px });
    expect(window.snapshot()).toBe(before);
    window.see({ scrollTopPx: 36_000 + 36 * 8 });
    expect(told).toBe(1);
    // A table that is not laid out has no height, and tells nothing of its rows.
    window.see({ rowHeightPx: 0 });
    expect(window.snapshot().rowHeightPx).toBe(36);
  });

  it("are all there without a gap in a short one", () => {
    expect(wholeParts(3).map(({ kind }) => kind)).toEqual(["row", "row", "row"]);
    expect(wholeParts(0)).toEqual([]);
  });

  it("that are longest decide how wide a column is, wherever they stand", () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => ({
      id: `r${index}`,
      cells: { name: index === 777 ? "a name of quite some length" : "short", amount: index },
    }));
    const widest = findWidestRows(rows, [
      { key: "name", label: "Name" },
      { key: "amount", label: "Amount", format: "number" },
    ]);
    expect(widest.map(({ id }) => id)).toContain("r777");
    expect(widest.length).toBeLessThan(10);
  });
});
