/**
 * The processor time that a page's main thread spent at once while something ran in it, by the
 * browser's own trace: a figure that other processes hardly disturb, since they take the wall's time.
 */
import type { Browser, Page } from "playwright-core";

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
}

/** In milliseconds. `page` is the only one that works while `work` runs. */
export async function measureLongestTask(
  browser: Browser,
  page: Page,
  work: () => Promise<unknown>,
): Promise<number> {
  await browser.startTracing(page, {
    categories: ["devtools.timeline", "disabled-by-default-devtools.timeline"],
  });
  await work();
  const text = (await browser.stopTracing()).toString("utf8");
  // The trace event format of Chromium, which is ours to trust.
  const { traceEvents } = JSON.parse(text) as { readonly traceEvents: readonly TraceEvent[] };
  // The thread that makes the frames: others' tasks are not on the page's way.
  const frames = traceEvents.filter(({ name }) => name === "FireAnimationFrame");
  const threads = new Set(frames.map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => name === "RunTask" && ph === "X" && threads.has(`${pid} ${tid}`),
  );
  if (tasks.length === 0) throw new Error("The browser's trace has no task of the page.");
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
}
