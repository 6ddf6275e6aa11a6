/**
 * How smoothly a table of ten thousand rows scrolls, from its first row to its last. What disturbs
 * the machine disturbs every page, so a plain list of as many items, in the page's own HTML and
 * without a script, takes turns with it.
 */

import type { Page } from "playwright-core";
import { type BenchOptions, type Figures, rounded } from "../bench.ts";
import { median } from "../load.ts";
import { measureLongestTask } from "./longest-task.ts";
import type { OpenOptions, ViewStage } from "./stage.ts";

const sides = {
  table: { side: "berth", view: "table-view.js" },
  control: { side: "plain" },
} as const satisfies Record<string, OpenOptions>;

type Side = keyof typeof sides;

/** One frame in two may be missed without anybody seeing it. */
const lateFrameMs = 32;

export async function measureScroll(
  stage: ViewStage,
  { say, isQuick }: BenchOptions,
): Promise<Figures> {
  const runs = isQuick ? 2 : 9;
  const runMs = isQuick ? 1_500 : 6_000;
  const gaps: Record<Side, (readonly number[])[]> = { table: [], control: [] };
  const names = Object.keys(sides) as Side[];
  for (let run = 0; run < runs; run++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(run + turn) % names.length] ?? "table";
      gaps[name].push(await scroll(stage, sides[name], runMs));
    }
    const worst = names.map(
      (name) => `${name} ${Math.max(...(gaps[name].at(-1) ?? [])).toFixed(1)} ms`,
    );
    say(`scroll ${run + 1} of ${runs}: worst frame of ${worst.join(", ")}`);
  }
  const figuresOf = (prefix: string, all: readonly (readonly number[])[]): Figures => {
    const worst = all.map((run) => Math.max(...run));
    const frames = all.flat();
    return {
      [`${prefix}_worst_frame_ms`]: rounded(median(worst)),
      [`${prefix}_worst_frame_of_all_runs_ms`]: rounded(Math.max(...worst)),
      [`${prefix}_frames`]: frames.length,
      [`${prefix}_frames_over_32_ms`]: frames.filter((ms) => ms > lateFrameMs).length,
      [`${prefix}_runs_without_a_late_frame`]: worst.filter((ms) => ms <= lateFrameMs).length,
    };
  };
  return {
    ...figuresOf("scroll", gaps.table),
    ...figuresOf("scroll_control", gaps.control),
    scroll_longest_task_cpu_ms: rounded(await scrollTraced(stage, sides.table, runMs)),
    scroll_control_longest_task_cpu_ms: rounded(await scrollTraced(stage, sides.control, runMs)),
    scroll_runs: runs,
  };
}

/** The times between frames of one run in a page of its own, after another that nobody counts. */
async function scroll(
  stage: ViewStage,
  options: OpenOptions,
  forMs: number,
): Promise<readonly number[]> {
  const page = await openWarm(stage, options);
  try {
    return await page.evaluate((ms) => globalThis.bench.measureScroll(ms), forMs);
  } finally {
    await page.close();
  }
}

/** A run that is not in the other figures: to be traced costs time. */
async function scrollTraced(
  stage: ViewStage,
  options: OpenOptions,
  forMs: number,
): Promise<number> {
  const page = await openWarm(stage, options);
  try {
    return await measureLongestTask(stage.browser, page, () =>
      page.evaluate((ms) => globalThis.bench.measureScroll(ms), forMs),
    );
  } finally {
    await page.close();
  }
}

/** Scrolled once already. */
async function openWarm(stage: ViewStage, options: OpenOptions): Promise<Page> {
  const page = await stage.open(options);
  await page.click("#open");
  await page.locator("main :is(li, tbody tr)").nth(1).waitFor({ state: "attached" });
  await page.evaluate((ms) => globalThis.bench.measureScroll(ms), warmUpMs);
  return page;
}

const warmUpMs = 2_000;
