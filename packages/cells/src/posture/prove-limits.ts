/** Tries every limit of a cell by exceeding it. */

import { findCpuBurst } from "../cgroup/find-cgroup.ts";
import type { CellLimits } from "../spec.ts";
import type { LimitEnforcer, PostureLine } from "./posture.ts";
import { buildTrialSpec, type trialSources } from "./trial-apps.ts";
import { ask, type Trial } from "./trial-pool.ts";

type SourceName = keyof typeof trialSources;

const cpuTrialPercent = 20;
const cpuTrialBurstMs = 20;
/** Room for the kernel's slices and for the watchdog's interval. */
const cpuTrialTolerancePercent = 20;
/** Trials that end no cell share one. */
const together = "posture";

/** Each is exceeded once: what the app is, what it may, and how what comes of it begins. */
interface Excess {
  readonly limit: string;
  readonly enforcer: Exclude<LimitEnforcer, "none">;
  readonly app: SourceName;
  readonly limits: Partial<CellLimits>;
  readonly expected: string;
  readonly body?: string;
  readonly isEndingCell?: true;
}

function lineOf(
  limit: string,
  enforcer: LimitEnforcer,
  ok: boolean,
  evidence: string,
): PostureLine {
  return { limit, enforcer: ok ? enforcer : "none", ok, evidence };
}

function excesses(hasCgroup: boolean): readonly Excess[] {
  return [
    {
      limit: "memory",
      enforcer: hasCgroup ? "cgroup" : "watchdog",
      app: "bufferHog",
      limits: {},
      expected: "SANDBOX_MEMORY_EXCEEDED: The app ran over its memory limit",
      isEndingCell: true,
    },
    {
      limit: "heap",
      enforcer: "heap",
      app: "arrayHog",
      // The smallest heap: near its end the engine collects over and over.
      limits: { memoryMb: 16 },
      expected: "SANDBOX_MEMORY_EXCEEDED: The app ran over its JavaScript heap",
      isEndingCell: true,
    },
    {
      limit: "cpu time",
      enforcer: "watchdog",
      app: "spin",
      limits: { cpuMs: 200 },
      expected: "SANDBOX_CPU_EXCEEDED",
      isEndingCell: true,
    },
    {
      limit: "deadline",
      enforcer: "watchdog",
      app: "spin",
      limits: { wallMs: 300, cpuMs: 60_000 },
      expected: "SANDBOX_DEADLINE_EXCEEDED",
      isEndingCell: true,
    },
    {
      limit: "start-up time",
      enforcer: "watchdog",
      app: "spinAtStart",
      limits: { startMs: 300 },
      expected: "SANDBOX_START_EXCEEDED",
      isEndingCell: true,
    },
    {
      limit: "request size",
      enforcer: "gateway",
      app: "taker",
      limits: { maxRequestBytes: 1_000 },
      expected: "REQUEST_TOO_LARGE",
      body: "x".repeat(1_001),
    },
    {
      limit: "response size",
      enforcer: "gateway",
      app: "bigAnswer",
      limits: { maxResponseBytes: 1_000 },
      expected: "SANDBOX_RESPONSE_TOO_LARGE",
    },
    {
      limit: "sub-requests",
      enforcer: "gateway",
      app: "caller",
      limits: { maxSubrequests: 3 },
      expected: "answered ok ok ok SANDBOX_SUBREQUESTS_EXCEEDED",
    },
    {
      limit: "egress rate",
      enforcer: "gateway",
      app: "fetcher",
      limits: { egressRequestsPerSecond: 3 },
      // Twenty at once: however slow the host, they do not spread over six seconds.
      expected: "answered RATE_LIMITED ok",
    },
  ];
}

async function exceed({ pool }: Trial, excess: Excess): Promise<PostureLine> {
  const { limit, enforcer, app, limits, body, expected, isEndingCell } = excess;
  const spec = buildTrialSpec(app, limits, isEndingCell === true ? undefined : together);
  const outcome = await ask(pool, spec, body);
  return lineOf(limit, enforcer, outcome.startsWith(expected), outcome);
}

async function proveCpuShare({ pool, hasCgroup }: Trial): Promise<PostureLine[]> {
  const enforcer = hasCgroup ? "cgroup" : "watchdog";
  const spec = buildTrialSpec("spin", {
    cpuPercent: cpuTrialPercent,
    cpuBurstMs: cpuTrialBurstMs,
    wallMs: 1_000,
    cpuMs: 60_000,
  });
  const { cellId } = await pool.load(spec);
  const pid = pool.list().find((cell) => cell.id === cellId)?.pid;
  const before = pool.usage(spec.key)?.cpuMs ?? 0;
  const startedAt = performance.now();
  await ask(pool, spec);
  const usedMs = (pool.usage(spec.key)?.cpuMs ?? Number.NaN) - before;
  const percent = (usedMs / (performance.now() - startedAt)) * 100;
  const evidence = `An endless loop allowed ${cpuTrialPercent} % used ${percent.toFixed(0)} % of a core.`;
  const ok = percent <= cpuTrialPercent + cpuTrialTolerancePercent;
  return [lineOf("cpu share", enforcer, ok, evidence), burstLine(hasCgroup, pid)];
}

/** What is not there is not given, so a kernel without bursts lacks a kindness, not a limit. */
function burstLine(hasCgroup: boolean, pid: number | undefined): PostureLine {
  const limit = "cpu burst";
  if (!hasCgroup) {
    const evidence =
      "Not measured: what an idle cell saves up is counted with its share, by polling.";
    return lineOf(limit, "watchdog", true, evidence);
  }
  const burst = pid === undefined ? undefined : findCpuBurst(pid);
  if (burst === undefined) {
    const evidence = "This kernel has no bursts: a cell gets its share and nothing saved up.";
    return lineOf(limit, "cgroup", true, evidence);
  }
  const evidence = `The kernel lets a cell save up ${burst.allowedMs} ms of ${cpuTrialBurstMs} asked; the loop spent ${burst.usedMs.toFixed(0)} ms above its share, in ${burst.count} periods.`;
  return lineOf(limit, "cgroup", burst.allowedMs === cpuTrialBurstMs, evidence);
}

async function proveBandwidth({ pool }: Trial): Promise<PostureLine> {
  const perSecond = 50_000;
  const spec = buildTrialSpec("downloader", { egressBytesPerSecond: perSecond }, together);
  await pool.load(spec);
  const startedAt = performance.now();
  const outcome = await ask(pool, spec);
  const tookMs = performance.now() - startedAt;
  // One second's worth passes at once; the other 30,000 bytes take 600 ms.
  const ok = outcome === "answered got 80000" && tookMs >= 500;
  const evidence = `80,000 bytes at ${perSecond} a second, one second's worth free, took ${tookMs.toFixed(0)} ms.`;
  return lineOf("egress bandwidth", "gateway", ok, evidence);
}

async function proveLogs(trial: Trial): Promise<PostureLine[]> {
  const allowed = { logLinesPerSecond: 10, maxLogLineLength: 100 };
  const chatter = buildTrialSpec("chatter", allowed, together);
  const longLine = buildTrialSpec("longLine", allowed, together);
  const startedAt = performance.now();
  await Promise.all([ask(trial.pool, chatter), ask(trial.pool, longLine)]);
  // Ten lines, and one of ours that says where the others are.
  const taken = await trial.logsOf(chatter, allowed.logLinesPerSecond + 1);
  const lines = taken.filter((line) => line === "line").length;
  // The lines may come on both sides of the end of a second, and of more where the host is busy.
  const seconds = Math.ceil((performance.now() - startedAt) / 1_000) + 1;
  const isHeld = lines >= 10 && lines <= 10 * seconds && lines < 30;
  const isSaid = taken.some((line) => line.startsWith("SANDBOX_LOGS_EXCEEDED"));
  const lengths = (await trial.logsOf(longLine, 1)).map((line) => line.length);
  return [
    lineOf(
      "log rate",
      "gateway",
      isSaid && isHeld,
      `Of 30 lines at once ${lines} were taken, 10 a second allowed${isSaid ? ", and the log says so" : ""}.`,
    ),
    lineOf(
      "log line",
      "gateway",
      lengths.length === 1 && lengths[0] === 100,
      `A line of 500 characters, 100 allowed, was kept as ${lengths.join(", ") || "nothing"}.`,
    ),
  ];
}

async function proveConcurrency({ pool }: Trial): Promise<PostureLine> {
  const limits = { maxConcurrentRequests: 1, maxQueuedRequests: 0 };
  const spec = buildTrialSpec("wait", limits, together);
  await pool.load(spec);
  const outcomes = (await Promise.all([ask(pool, spec), ask(pool, spec)])).sort();
  const [refused = "", answered = ""] = outcomes;
  const ok = refused.startsWith("RATE_LIMITED") && answered === "answered ok";
  return lineOf("concurrent requests", "gateway", ok, outcomes.join(" "));
}

async function proveIsolates({ pool }: Trial): Promise<PostureLine> {
  const placement = "posture-isolates";
  const cells = new Set<string>();
  for (const cpuMs of [1_001, 1_002, 1_003]) {
    const spec = buildTrialSpec("quiet", { cpuMs, maxIsolatesPerCell: 2 }, placement);
    try {
      cells.add((await pool.load(spec)).cellId);
    } catch (error) {
      cells.add(String(error));
    }
  }
  const [, third] = cells;
  const where =
    third === undefined ? "the same cell" : third.includes(" ") ? third : "another cell";
  const evidence = `Of three isolates that would share a cell for two, the third came to: ${where}.`;
  return lineOf("isolates per cell", "gateway", cells.size === 2, evidence);
}

/** Side by side, as most of it is waiting. */
export async function proveLimits(trial: Trial): Promise<PostureLine[]> {
  const [lines, share, bandwidth, logs, concurrency, isolates] = await Promise.all([
    Promise.all(excesses(trial.hasCgroup).map((excess) => exceed(trial, excess))),
    proveCpuShare(trial),
    proveBandwidth(trial),
    proveLogs(trial),
    proveConcurrency(trial),
    proveIsolates(trial),
  ]);
  return [...lines, ...share, bandwidth, ...logs, concurrency, isolates];
}
