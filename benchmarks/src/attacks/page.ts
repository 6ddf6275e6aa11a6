/**
 * A product's page with two views in it, drawn by React: an honest one, which is asked again and
 * again, and one that attacks. Counts the page's frames meanwhile.
 */
import { type AppRuntime, AppView, useAppRuntime } from "@berth/react";
import { createElement, useEffect } from "react";
import { createRoot } from "react-dom/client";

export interface Watched {
  readonly frames: number;
  readonly watchedMs: number;
  /** The longest between two frames. */
  readonly longestGapMs: number;
  /** From a press of the honest view's button to the changed text in this document. */
  readonly answersMs: readonly number[];
}

export interface AttackOptions {
  readonly code: string;
  /** Absent: the frame is a srcdoc. */
  readonly frameUrl?: string;
  readonly watchMs: number;
}

export interface AttackFigures {
  /** The page with the honest view alone, right before. */
  readonly alone: Watched;
  readonly attacked: Watched;
  /** When it was over: `running`, or the code of what ended it. */
  readonly ending: string;
}

const opened = Promise.withResolvers<AppRuntime["manager"]>();
/** Between two presses; a person would not be faster. */
const pressEveryMs = 50;

function Product() {
  const runtime = useAppRuntime({ config: { maxConcurrentApps: 4 } });
  useEffect(() => opened.resolve(runtime.manager), [runtime.manager]);
  const views = ["neighbour", "attacker"].map((instance) =>
    createElement(
      "section",
      { key: instance, id: instance },
      createElement(AppView, { runtime, instance, theme: "light" }),
    ),
  );
  return createElement("main", null, createElement("h1", null, "Product"), ...views);
}

const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

async function press(): Promise<number> {
  const section = document.getElementById("neighbour");
  const heading = section?.querySelector(".berth-heading");
  const button = section?.querySelector<HTMLElement>(".berth-button");
  if (!heading || !button) throw new Error("The honest view is not there.");
  const before = heading.textContent;
  const startedAt = performance.now();
  const changed = new Promise<void>((resolve) => {
    const observer = new MutationObserver(() => {
      if (heading.textContent === before) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(heading, { characterData: true, childList: true, subtree: true });
  });
  button.click();
  await changed;
  return performance.now() - startedAt;
}

async function watch(forMs: number): Promise<Watched> {
  const answersMs: number[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      answersMs.push(await press());
      await new Promise((resolve) => setTimeout(resolve, pressEveryMs));
    }
  })();
  const begin = await nextFrame();
  let last = begin;
  let frames = 0;
  let longestGapMs = 0;
  while (last - begin < forMs) {
    const now = await nextFrame();
    frames += 1;
    longestGapMs = Math.max(longestGapMs, now - last);
    last = now;
  }
  isOver = true;
  await asking;
  return { frames, watchedMs: last - begin, longestGapMs, answersMs };
}

const sourceOf = (code: string, frameUrl: string | undefined) => ({
  manifest: {
    id: "view",
    name: "View",
    version: "1.0.0",
    description: "A view in a measured page",
    entryPoint: "view.js",
  },
  bundle: { code },
  frame: frameUrl === undefined ? ({ srcdoc: true } as const) : { url: frameUrl },
  grants: [],
});

const controls = {
  async startNeighbour(code: string, frameUrl: string): Promise<void> {
    const manager = await opened.promise;
    await manager.load("neighbour", sourceOf(code, frameUrl));
    await manager.start("neighbour");
  },
  /** Once alone, once attacked. The attack is watched from when it says that it begins. */
  async run({ code, frameUrl, watchMs }: AttackOptions): Promise<AttackFigures> {
    const manager = await opened.promise;
    const alone = await watch(watchMs);
    const hasBegun = Promise.withResolvers<void>();
    const stop = manager.on("message", ({ instance, kind }) => {
      if (instance === "attacker" && kind === "log") hasBegun.resolve();
    });
    await manager.load("attacker", sourceOf(code, frameUrl));
    // One that hangs at its start never gets there.
    void manager.start("attacker").catch(() => hasBegun.resolve());
    await hasBegun.promise;
    stop();
    const attacked = await watch(watchMs);
    const app = manager.get("attacker");
    const ending = app?.error?.code ?? app?.state ?? "absent";
    await manager.unload("attacker");
    return { alone, attacked, ending };
  },
};

declare global {
  var attackBench: typeof controls;
}
globalThis.attackBench = controls;

const place = document.getElementById("root");
if (place !== null) createRoot(place).render(createElement(Product));
