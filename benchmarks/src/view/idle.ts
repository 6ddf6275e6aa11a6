/**
 * What twenty live views cost a page that does nothing: processor time and private memory of all the
 * browser's processes, as the kernel counts them. The same page without views is taken off the
 * memory, not off the processor time.
 */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { type BenchOptions, type Figures, rounded } from "../bench.ts";
import { listDescendants, readPrivateMb, total } from "../processes.ts";
import type { ViewStage } from "./stage.ts";

const apps = 20;

export async function measureIdle(
  stage: ViewStage,
  { say, isQuick }: BenchOptions,
): Promise<Figures> {
  const seconds = isQuick ? 4 : 20;
  const page = await stage.open({ side: "berth", apps });
  try {
    const memoryBefore = await readSettledMemory(stage.pid, page);
    const baselinePercent = await watchCpu(stage.pid, seconds);
    await page.click("#open");
    await page.waitForFunction(
      (wanted) => document.querySelector("output")?.textContent === String(wanted),
      apps,
    );
    const memoryAfter = await readSettledMemory(stage.pid, page);
    const percent = await watchCpu(stage.pid, seconds);
    say(`idle: ${apps} views for ${seconds} s, ${memoryBefore} to ${memoryAfter} MB`);
    return {
      idle_cpu_percent: rounded(percent),
      idle_cpu_without_views_percent: rounded(baselinePercent),
      memory_per_view_mb: rounded((memoryAfter - memoryBefore) / apps),
      idle_views: apps,
    };
  } finally {
    await page.close();
  }
}

/** Of one core, over all processes of the browser. */
async function watchCpu(pid: number, seconds: number): Promise<number> {
  const before = await readCpuSeconds(pid);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return (((await readCpuSeconds(pid)) - before) / seconds) * 100;
}

async function readCpuSeconds(pid: number): Promise<number> {
  const times: number[] = [];
  for (const one of [pid, ...(await listDescendants(pid))]) {
    // A process may end while it is looked at; what it used is then its parent's.
    const text = await readFile(`/proc/${one}/stat`, "utf8").catch(() => "");
    // proc(5): after the name in brackets comes the third field; utime and stime are 14 and 15.
    const [user, system] = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    times.push((Number(user ?? 0) + Number(system ?? 0)) / ticksPerSecond);
  }
  return total(times);
}

/** Linux counts processor time in hundredths, whatever the machine. */
const ticksPerSecond = 100;

/** After a collection of the page's garbage, and once two readings in a row agree. */
async function readSettledMemory(pid: number, page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  let last = Number.POSITIVE_INFINITY;
  for (let reading = 0; reading < 10; reading++) {
    const now = await readMemory(pid);
    if (Math.abs(now - last) < 1) return now;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return last;
}

async function readMemory(pid: number): Promise<number> {
  const parts: number[] = [];
  for (const one of [pid, ...(await listDescendants(pid))])
    parts.push(await readPrivateMb(one).catch(() => 0));
  return total(parts);
}
