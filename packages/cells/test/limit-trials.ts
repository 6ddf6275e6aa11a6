/** Each limit of a cell with three ways to meet it: just below, at, and above. */

import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as afterMs } from "node:timers/promises";
import { isBerthError } from "@berth/protocol";
import type { CellLimits, CellPoolOptions, IsolateSpec } from "../src/index.ts";
import { type Rig, requestOf, specOf, type TestClock } from "./rig.ts";

export type Level = "below" | "at" | "above";

export interface TrialRig extends Rig {
  /** The pool's. */
  readonly clock: TestClock;
}

export interface LimitTrial {
  readonly limit: string;
  /** What becomes of it above the limit: an error's code, or how it was held back. */
  readonly above: string;
  /** The pool's time stands still, so that what is at the limit is at it exactly. */
  readonly isTimeStopped?: true;
  /** What the error, the event and the app's log call it; left out where nothing is refused. */
  readonly met?: string;
  /** @returns `ok`, or what became of it */
  run(rig: TrialRig, level: Level, loopsPerMs: number): Promise<string>;
}

/** Takes what is sent, and answers with as many bytes as the URL asks for. */
export const answerBytes: CellPoolOptions["onEgress"] = async ({ url, body }) => {
  await text(body);
  const count = Number(new URL(url).searchParams.get("bytes") ?? 0);
  return { status: 200, headers: [], body: Readable.from([Buffer.alloc(count, "x")]) };
};

const app = `
const kept = [];
let mayGo = false;
const burn = (loops) => { let x = 1; for (let i = 0; i < loops; i++) x = (x * 16807) % 2147483647; return x; };
export default { async fetch(request, env, ctx) {
  const url = new URL(request.url);
  const count = Number(url.searchParams.get("n"));
  const { handle } = ctx.props.berth;
  const outcomes = new Set();
  switch (url.pathname) {
    case "/burn": return new Response(burn(count) > 0 ? "ok" : "no");
    case "/spin": for (;;);
    case "/sleep": await new Promise((resolve) => setTimeout(resolve, count)); return new Response("ok");
    case "/buffers":
      for (let i = 0; i < count; i++) kept.push(new Uint8Array(1_000_000).fill(1));
      // For a limiter that looks now and then.
      await new Promise((resolve) => setTimeout(resolve, count > 32 ? 30_000 : 100));
      return new Response("ok");
    case "/held":
      console.log("held " + count);
      // One request cannot wake another: each has timers of its own only.
      while (!mayGo) await new Promise((resolve) => setTimeout(resolve, 5));
      return new Response("ok");
    case "/let-go": mayGo = true; return new Response("ok");
    case "/arrays":
      for (let i = 0; i < count * 25; i++) kept.push(Array.from({ length: 1_000 }, (_, j) => ({ j })));
      return new Response("ok");
    case "/declared": return new Response("x".repeat(count));
    case "/streamed": return new Response(new Blob(["x".repeat(count - 1), "x"]).stream());
    case "/taken": await request.text(); return new Response("ok");
    case "/subrequests":
      for (let i = 0; i < count; i++) {
        if (i % 2) await fetch("http://out.example/").catch((error) => outcomes.add(error.code));
        else outcomes.add((await env.BERTH.call(handle, "c", "m", null)).error?.code);
      }
      outcomes.delete(undefined);
      return new Response([...outcomes].join() || "ok");
    case "/fetches":
      await Promise.all(Array.from({ length: count }, () =>
        fetch("http://out.example/").catch((error) => outcomes.add(error.code))));
      return new Response([...outcomes].join() || "ok");
    case "/download": return new Response((await (await fetch("http://out.example/?bytes=" + count)).text()).length === count ? "ok" : "short");
    case "/upload": await fetch("http://out.example/", { method: "POST", body: "x".repeat(count) }); return new Response("ok");
    case "/lines": for (let i = 0; i < count; i++) console.log("line " + i); return new Response("ok");
    case "/line": console.log("x".repeat(count)); return new Response("ok");
  }
  return new Response("quick");
} }`;

let made = 0;
/** @param placement - left out, the app gets a cell of its own */
export function freshSpec(
  limits: Partial<CellLimits>,
  { source = app, placement }: { readonly source?: string; readonly placement?: string } = {},
): IsolateSpec {
  made += 1;
  const key = `trial-${made}`;
  const all = { wallMs: 60_000, cpuMs: 60_000, ...limits };
  return specOf(source, { key, placement: placement ?? key, limits: all });
}

/** For limits that end no cell: a start less for each try. */
const together = { placement: "trials" };

export async function outcomeOf(
  rig: Rig,
  spec: IsolateSpec,
  path: string,
  {
    body,
    signal,
  }: {
    readonly body?: { readonly text: string; readonly isDeclared: boolean };
    readonly signal?: AbortSignal;
  } = {},
): Promise<string> {
  const headers = body?.isDeclared ? [["content-length", String(body.text.length)] as const] : [];
  try {
    const response = await rig.pool.fetch(
      spec,
      requestOf(path, {
        handle: `handle-${spec.key}`,
        ...(signal === undefined ? {} : { signal }),
        ...(body === undefined
          ? {}
          : { method: "POST", headers, body: Readable.from([Buffer.from(body.text)]) }),
      }),
    );
    const answer = await text(response.body);
    return /^x+$/.test(answer) ? "ok" : answer;
  } catch (error) {
    rig.failures.push({ isolateKey: spec.key, error });
    return isBerthError(error) ? error.code : String(error);
  }
}

/** How many loops the app's `burn` does in a millisecond of this machine's processor time. */
export async function measureLoops(rig: Rig): Promise<number> {
  const spec = freshSpec({ cpuPercent: 200 });
  const loops = 2e7;
  await outcomeOf(rig, spec, `/burn?n=${loops}`);
  const before = rig.pool.usage(spec.key)?.cpuMs ?? 0;
  await outcomeOf(rig, spec, `/burn?n=${loops}`);
  const usedMs = (rig.pool.usage(spec.key)?.cpuMs ?? 0) - before;
  await rig.pool.release(spec.key);
  return loops / usedMs;
}

function amounts(below: number, at: number, above: number) {
  return (level: Level) => ({ below, at, above })[level];
}

const mostTries = 10;

/** In time, or how long it took in the best of some tries: one may be slow for the machine's sake. */
async function bestOf(leastMs: number, run: () => Promise<string>): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const startedAt = performance.now();
    const outcome = await run();
    const tookMs = performance.now() - startedAt;
    if (outcome !== "ok" || tookMs < leastMs) return outcome;
    if (tries === mostTries) return `took ${Math.round(tookMs)} ms and more`;
  }
}

function trial(
  limit: string,
  above: string,
  limits: Partial<CellLimits>,
  path: string,
  amount: (level: Level) => number,
  {
    place = together,
    ...rest
  }: { readonly place?: { readonly placement?: string }; readonly isTimeStopped?: true } = {},
): LimitTrial {
  return {
    limit,
    above,
    ...rest,
    met: limit.replace(/,.*/, ""),
    run: (rig, level) => outcomeOf(rig, freshSpec(limits, place), `${path}?n=${amount(level)}`),
  };
}

function bodyTrial(limit: string, isDeclared: boolean): LimitTrial {
  const length = amounts(999, 1_000, 1_001);
  return {
    limit,
    above: "REQUEST_TOO_LARGE",
    met: "request size",
    run(rig, level) {
      const body = { text: "x".repeat(length(level)), isDeclared };
      return outcomeOf(rig, freshSpec({ maxRequestBytes: 1_000 }, together), "/taken", { body });
    },
  };
}

/** @param mark - a line of the log that says what became of it */
function logTrial(
  limit: string,
  mark: string,
  limits: Partial<CellLimits>,
  path: string,
  amount: (level: Level) => number,
): LimitTrial {
  return {
    limit,
    above: mark,
    isTimeStopped: true,
    async run(rig, level) {
      const spec = freshSpec(limits, together);
      const outcome = await outcomeOf(rig, spec, `${path}?n=${amount(level)}`);
      const own = () => rig.logs.filter(({ isolateKey }) => isolateKey === spec.key);
      await rig.until(() => own().length >= Math.min(amount(level), limits.logLinesPerSecond ?? 1));
      return own().some(({ message }) => message.includes(mark)) ? mark : outcome;
    },
  };
}

const alone = { place: {} };
const pacedBytes = amounts(300, 1_000, 61_000);

export const limitTrials: readonly LimitTrial[] = [
  trial(
    "memory",
    "SANDBOX_MEMORY_EXCEEDED",
    { memoryMb: 32 },
    "/buffers",
    amounts(16, 32, 400),
    alone,
  ),
  trial("heap", "SANDBOX_MEMORY_EXCEEDED", { memoryMb: 16 }, "/arrays", amounts(1, 6, 60), alone),
  {
    limit: "cpu time",
    above: "SANDBOX_CPU_EXCEEDED",
    met: "cpu time",
    run: (rig, level, loopsPerMs) => {
      // A machine's speed changes with what else it does: hence the distance to the limit.
      const loops = Math.round(loopsPerMs * amounts(30, 120, Number.POSITIVE_INFINITY)(level));
      return outcomeOf(rig, freshSpec({ cpuMs: 400, cpuPercent: 200 }), `/burn?n=${loops}`);
    },
  },
  {
    limit: "cpu share",
    above: "throttled",
    async run(rig, level, loopsPerMs) {
      const spec = freshSpec({ cpuPercent: 20, cpuBurstMs: 0 });
      await outcomeOf(rig, spec, "/quick");
      // 500 ms of work at 20 % take 2,500 ms; the first slice and the last are free.
      const loops = Math.round(loopsPerMs * amounts(5, 15, 500)(level));
      const burn = () => outcomeOf(rig, spec, `/burn?n=${loops}`);
      const leastMs = 1_300;
      if (level !== "above") return bestOf(leastMs, burn);
      const startedAt = performance.now();
      const outcome = await burn();
      return performance.now() - startedAt >= leastMs ? "throttled" : outcome;
    },
  },
  {
    limit: "deadline",
    above: "SANDBOX_DEADLINE_EXCEEDED",
    isTimeStopped: true,
    async run(rig, level) {
      const spec = freshSpec({ wallMs: 500 }, together);
      const number = Number(spec.key.split("-")[1]);
      const outcome = outcomeOf(rig, spec, `/held?n=${number}`);
      await rig.log(`held ${number}`);
      rig.clock.advance(amounts(499, 500, 501)(level));
      // The watchdog's looks; nobody else asks for the time here.
      await rig.clock.asked(3);
      await outcomeOf(rig, spec, "/let-go");
      return outcome;
    },
  },
  {
    limit: "start-up time",
    above: "SANDBOX_START_EXCEEDED",
    met: "start-up time",
    run(rig, level) {
      const loops = { below: "1e5", at: "1e6", above: "Infinity" }[level];
      const source = `for (let i = 0, x = 1; i < ${loops}; i++) x = (x * 16807) % 2147483647; ${app}`;
      return outcomeOf(rig, freshSpec({ startMs: 3_000 }, { source }), "/burn?n=1");
    },
  },
  trial(
    "response size, declared",
    "SANDBOX_RESPONSE_TOO_LARGE",
    { maxResponseBytes: 1_000 },
    "/declared",
    amounts(999, 1_000, 1_001),
  ),
  trial(
    "response size, streamed",
    "SANDBOX_RESPONSE_TOO_LARGE",
    { maxResponseBytes: 1_000 },
    "/streamed",
    amounts(999, 1_000, 1_001),
  ),
  bodyTrial("request size, declared", true),
  bodyTrial("request size, streamed", false),
  trial(
    "sub-requests",
    "SANDBOX_SUBREQUESTS_EXCEEDED",
    { maxSubrequests: 5 },
    "/subrequests",
    amounts(4, 5, 6),
  ),
  trial(
    "egress rate",
    "RATE_LIMITED",
    { egressRequestsPerSecond: 5 },
    "/fetches",
    amounts(4, 5, 6),
    { isTimeStopped: true },
  ),
  {
    limit: "egress bandwidth",
    above: "slowed",
    async run(rig, level) {
      const ways = ["/download", "/upload"].map(async (path) => {
        const spec = freshSpec({ egressBytesPerSecond: 1_000 }, together);
        await outcomeOf(rig, spec, "/quick");
        const caller = new AbortController();
        const transfer = outcomeOf(rig, spec, `${path}?n=${pacedBytes(level)}`, {
          signal: caller.signal,
        });
        if (level !== "above") return transfer;
        // A second's worth passes at once; what is above it takes a minute, which is not waited for.
        const outcome = await Promise.race([transfer, afterMs(1_000, "slowed")]);
        caller.abort();
        await transfer;
        return outcome;
      });
      return [...new Set(await Promise.all(ways))].join();
    },
  },
  {
    limit: "concurrent requests",
    above: "ok RATE_LIMITED",
    met: "concurrent requests",
    async run(rig, level) {
      const limits = { maxConcurrentRequests: 2, maxQueuedRequests: 0 };
      const spec = freshSpec(limits, together);
      await outcomeOf(rig, spec, "/quick");
      const asked = Array.from({ length: amounts(1, 2, 3)(level) }, () =>
        outcomeOf(rig, spec, "/sleep?n=100"),
      );
      return [...new Set(await Promise.all(asked))].sort().reverse().join(" ");
    },
  },
  logTrial("log line", "[cut: 101", { maxLogLineLength: 100 }, "/line", amounts(99, 100, 101)),
  {
    ...logTrial(
      "log rate",
      "SANDBOX_LOGS_EXCEEDED",
      { logLinesPerSecond: 10 },
      "/lines",
      amounts(9, 10, 11),
    ),
    met: "log rate",
  },
  {
    limit: "isolates per cell",
    above: "not in that cell",
    async run(rig, level) {
      const placement = `full, ${level}`;
      const cells = new Set<string>();
      for (let count = amounts(2, 3, 4)(level); count > 0; count -= 1) {
        const spec = freshSpec({ maxIsolatesPerCell: 3 }, { placement });
        try {
          cells.add((await rig.pool.load(spec)).cellId);
        } catch (error) {
          if (!isBerthError(error, "SANDBOX_ISOLATES_EXCEEDED")) throw error;
          cells.add("SANDBOX_ISOLATES_EXCEEDED");
        }
      }
      return cells.size === 1 ? "ok" : "not in that cell";
    },
  },
];
