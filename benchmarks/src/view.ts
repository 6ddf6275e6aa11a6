/**
 * What a strict view costs the page that shows it, in a real Chromium: its first paint against the
 * same component by plain Module Federation, its events, a long table, twenty of them at rest.
 */
import type { Bench, BenchOptions, Figures } from "./bench.ts";
import { measureEvents } from "./view/events.ts";
import { measureFirstPaint } from "./view/first-paint.ts";
import { measureIdle } from "./view/idle.ts";
import { measureScroll } from "./view/scroll.ts";
import { openViewStage } from "./view/stage.ts";

export const view: Bench = {
  name: "view",
  summary: "first paint, events, scrolling and rest of views in a page",
  run,
};

async function run(options: BenchOptions): Promise<Figures> {
  await using stage = await openViewStage();
  return {
    ...(await measureFirstPaint(stage, options)),
    ...(await measureEvents(stage, options)),
    ...(await measureScroll(stage, options)),
    ...(await measureIdle(stage, options)),
  };
}
