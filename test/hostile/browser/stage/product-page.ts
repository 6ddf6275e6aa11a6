/**
 * Runs in a product's page of React: a search field and a button of its own above a view of a
 * stranger's. Counts what a test asks about; everything handed out is JSON.
 */
import { AppRuntimeManager } from "@berth/browser";
import { AppView } from "@berth/react";
import { createElement, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";

/** What the notices did while they were watched. */
export interface NoticeFigures {
  readonly most: number;
  /** Times that what is shown was another. */
  readonly changes: number;
  readonly watchedMs: number;
  readonly longestGapMs: number;
}

const manager = new AppRuntimeManager();
const listeners = new Set<() => void>();
let pressed = 0;

function Product() {
  const presses = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => pressed,
  );
  return createElement(
    "div",
    { style: { padding: "160px 40px", inlineSize: 420 } },
    createElement("input", { id: "search", "aria-label": "Search the product" }),
    createElement(
      "button",
      {
        id: "pay",
        type: "button",
        onClick: () => {
          pressed += 1;
          for (const listener of listeners) listener();
        },
      },
      `Pay (${presses})`,
    ),
    createElement(AppView, { runtime: { manager }, instance: "a", theme: "light" }),
  );
}

const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

/** Points of the whole page, in a grid, that hit something of the view outside its place. */
function countEscapes(): number {
  const view = document.querySelector(".berth-root");
  if (view === null) return Number.NaN;
  const box = view.getBoundingClientRect();
  const ringPx = 5;
  let found = 0;
  for (let x = 2; x < innerWidth; x += 16) {
    for (let y = 2; y < innerHeight; y += 8) {
      const isInside =
        x >= box.left - ringPx &&
        x <= box.right + ringPx &&
        y >= box.top - ringPx &&
        y <= box.bottom + ringPx;
      const hit = document.elementFromPoint(x, y);
      if (!isInside && hit !== null && view.contains(hit)) found += 1;
    }
  }
  return found;
}

export const productControls = {
  async run(code: string): Promise<string> {
    await manager.load("a", {
      manifest: {
        id: "stranger",
        name: "Stranger",
        version: "1.0.0",
        description: "A view under test",
        entryPoint: "view.js",
      },
      bundle: { code },
      frame: { srcdoc: true },
      grants: [],
    });
    await manager.start("a").catch(() => {
      // Its state says so.
    });
    return this.state();
  },
  state: (): string => manager.get("a")?.state ?? "absent",
  presses: (): number => pressed,
  countEscapes,
  /** Watches the notices until they have changed so many times. */
  async watchNotices(changes: number): Promise<NoticeFigures> {
    const begin = performance.now();
    let last = begin;
    const figures = { most: 0, changes: 0, longestGapMs: 0 };
    let before = "";
    while (figures.changes < changes) {
      await nextFrame();
      const now = performance.now();
      figures.longestGapMs = Math.max(figures.longestGapMs, now - last);
      last = now;
      const shown = [...document.querySelectorAll(".berth-toast-words")];
      const words = shown.map(({ textContent }) => textContent).join("|");
      figures.most = Math.max(figures.most, shown.length);
      if (words === before) continue;
      before = words;
      figures.changes += 1;
    }
    return { ...figures, watchedMs: performance.now() - begin };
  },
};

declare global {
  var product: typeof productControls;
}
globalThis.product = productControls;

const place = document.getElementById("root");
if (place !== null) createRoot(place).render(createElement(Product));
