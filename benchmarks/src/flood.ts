/**
 * What a flood at one app does to another: the latencies of a few paced requests to a quiet app, by
 * turns with and without 5,000 requests a second at its neighbour. The first second of each flood,
 * in which its share is being found, is a figure of its own. The load comes from a process of
 * its own, on the same machine, which is part of what the quiet app has to bear.
 */
import { Agent } from "node:http";
import { performance } from "node:perf_hooks";
import { createClient } from "@berth/client";
import type { Bench, BenchOptions, Figures } from "./bench.ts";
import { rounded } from "./bench.ts";
import { fetchOnce, median, quantile, type Target } from "./load.ts";
import { openPublisherSession } from "./publisher-session.ts";
import { startSubject } from "./subjects/child.ts";
import type { FlooderInput, FlooderReport } from "./subjects/flooder.ts";
import { startBerth } from "./subjects/start-berth.ts";

const path = "/api/echo";
const floodPerSecond = 5_000;
const quietPerSecond = 50;
const answerTimeoutMs = 30_000;
/** Half a core each: what a manifest asks for when it says nothing. */
const resources = { cpu: 50 };

export const flood: Bench = {
  name: "flood",
  summary: "p99 of a quiet app with and without 5,000 requests a second at another",
  run,
};

async function run({ say, isQuick }: BenchOptions): Promise<Figures> {
  await using berth = await startBerth({ resources });
  const { ready } = berth;
  const session = await openPublisherSession(ready);
  const { installation } = await session.publishAndInstall("quiet", 100, { resources });
  const client = createClient({ baseUrl: ready.origin, apiKey: ready.apiKey });
  const { organization } = ready;
  const view = await client.call("openView", { params: { organization, installation }, body: {} });
  const quiet: Target = {
    port: ready.port,
    path,
    headers: {
      host: `${installation}.apps.localhost:${ready.port}`,
      authorization: `Bearer ${view.token}`,
    },
  };
  const input: FlooderInput = {
    port: ready.port,
    path,
    headers: { host: ready.host, authorization: `Bearer ${ready.token}` },
    requestsPerSecond: floodPerSecond,
  };
  await using flooder = await startSubject("./flooder.ts", input);
  const seconds = isQuick ? 2 : 6;
  const rounds = isQuick ? 1 : 7;
  await pace(quiet, seconds);

  const alone: Paced[] = [];
  const flooded: Paced[] = [];
  const onsets: Paced[] = [];
  const floods: { offered: number; served: number; refused: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await pace(quiet, seconds));
    flooder.tell("start");
    const startedAt = performance.now();
    onsets.push(await pace(quiet, 1));
    flooded.push(await pace(quiet, seconds));
    const report = (await flooder.ask("stop")) as FlooderReport;
    const took = (performance.now() - startedAt) / 1_000;
    const { 200: served = 0, 429: refused = 0 } = report.answers;
    floods.push({ offered: report.sent / took, served: served / took, refused: refused / took });
    say(
      `round ${round + 1} of ${rounds}: ${JSON.stringify([alone.at(-1), flooded.at(-1), floods.at(-1)])}`,
    );
  }
  const ratio = (pick: (paced: Paced) => number) =>
    rounded(median(flooded.map((paced, round) => pick(paced) / pick(alone[round] ?? paced))));
  const middle = (values: readonly number[]) => rounded(median(values));
  return {
    p99_ratio_under_flood: ratio(({ p99Ms }) => p99Ms),
    p50_ratio_under_flood: ratio(({ p50Ms }) => p50Ms),
    first_second_p99_ms: middle(onsets.map(({ p99Ms }) => p99Ms)),
    alone_p50_ms: middle(alone.map(({ p50Ms }) => p50Ms)),
    alone_p99_ms: middle(alone.map(({ p99Ms }) => p99Ms)),
    flooded_p50_ms: middle(flooded.map(({ p50Ms }) => p50Ms)),
    flooded_p99_ms: middle(flooded.map(({ p99Ms }) => p99Ms)),
    flood_offered_per_s: middle(floods.map(({ offered }) => offered)),
    flood_served_per_s: middle(floods.map(({ served }) => served)),
    flood_refused_per_s: middle(floods.map(({ refused }) => refused)),
  };
}

interface Paced {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Sends when a request is due, not when the one before has come back. @throws when one fails */
async function pace(target: Target, seconds: number): Promise<Paced> {
  const agent = new Agent({ keepAlive: true });
  const latencies: number[] = [];
  const running: Promise<void>[] = [];
  const startedAt = performance.now();
  const total = seconds * quietPerSecond;
  try {
    while (running.length < total) {
      const due = Math.floor(((performance.now() - startedAt) / 1_000) * quietPerSecond);
      while (running.length < Math.min(due, total)) running.push(timed(target, agent, latencies));
      await new Promise((resolve) => setTimeout(resolve, 1_000 / quietPerSecond / 2));
    }
    await within(answerTimeoutMs, Promise.all(running), "The quiet app's last answers");
  } finally {
    agent.destroy();
  }
  latencies.sort((a, b) => a - b);
  return { p50Ms: rounded(quantile(latencies, 0.5)), p99Ms: rounded(quantile(latencies, 0.99)) };
}

/** @throws what was waited for, so that a run says what it hangs on */
async function within(timeoutMs: number, work: Promise<unknown>, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} did not come in ${timeoutMs} ms.`)),
      timeoutMs,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function timed(target: Target, agent: Agent, latencies: number[]): Promise<void> {
  const before = performance.now();
  await fetchOnce(target, agent);
  latencies.push(performance.now() - before);
}
