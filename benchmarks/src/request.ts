/**
 * A warm request through the whole of Berth, against the same module in the same kind of
 * cell behind a bare Node proxy: once with no decision recorded, and once with each in the audit log. The
 * sides take turns in every round; the figures are the medians of the rounds' ratios.
 */
import { createClient } from "@berth/client";
import type { Bench, BenchOptions, Figures } from "./bench.ts";
import { rounded } from "./bench.ts";
import { type LoadResult, median, runLoad, type Target } from "./load.ts";
import type { BerthReady } from "./subjects/berth.ts";
import { startSubject } from "./subjects/child.ts";
import { startBerth } from "./subjects/start-berth.ts";

const path = "/api/echo";
const levels = [1, 16, 64] as const;
const sides = ["berth", "recorded", "bare", "static"] as const;
type Side = (typeof sides)[number];

export const request: Bench = {
  name: "request",
  summary: "warm request through all of Berth against a bare proxy before the same cell",
  run,
};

/** So many of the recorded side that hardly any of them goes into the log after the last answer. */
function countOf(side: Side, inFlight: number): number {
  if (inFlight === 1) return 600;
  if (inFlight === 64) return 2_000;
  return side === "recorded" ? 12_000 : 3_000;
}

async function run({ say, isQuick }: BenchOptions): Promise<Figures> {
  await using berth = await startBerth({ auditLogging: false });
  await using recorded = await startBerth({ auditLogging: true });
  await using bare = await startSubject<{ port: number }>("./bare.ts");
  await using fixed = await startSubject<{ port: number }>("./static-workerd.ts");
  const targetOf = ({ port }: { port: number }, { host, token }: BerthReady): Target => ({
    ...{ port, path },
    headers: { host, authorization: `Bearer ${token}` },
  });
  const targets: Record<Side, Target> = {
    berth: targetOf(berth.ready, berth.ready),
    recorded: targetOf(recorded.ready, recorded.ready),
    bare: targetOf(bare.ready, berth.ready),
    static: targetOf(fixed.ready, berth.ready),
  };
  const load = async (side: Side, options: { requests: number; inFlight: number }) => {
    const result = await runLoad(targets[side], options);
    if (side !== "recorded") return result;
    // Nothing of the recording may be left for the next one's turn; its time counts.
    const begin = performance.now();
    await readLog(recorded.ready);
    const loadSeconds = options.requests / result.requestsPerSecond;
    const seconds = loadSeconds + (performance.now() - begin) / 1_000;
    return { ...result, requestsPerSecond: options.requests / seconds };
  };
  for (const side of sides) await load(side, { requests: 2_000, inFlight: 16 });

  const rounds = isQuick ? 2 : 9;
  const results = new Map<string, LoadResult[]>();
  for (let round = 0; round < rounds; round++) {
    for (const inFlight of levels) {
      // Whoever goes first finds another machine; so the order turns from round to round.
      const order = round % 2 === 0 ? sides : sides.toReversed();
      for (const side of order) {
        if (side === "recorded" && inFlight === 64) continue;
        const key = `${side} ${inFlight}`;
        const all = results.get(key) ?? [];
        const requests = countOf(side, inFlight) / (isQuick ? 4 : 1);
        all.push(await load(side, { requests, inFlight }));
        results.set(key, all);
      }
    }
    say(`round ${round + 1} of ${rounds}`);
  }
  return figuresOf(results, say);
}

/** Whoever reads the log waits until all that was recorded is in it. */
async function readLog({ origin, apiKey, organization }: BerthReady): Promise<void> {
  const client = createClient({ baseUrl: origin, apiKey });
  const query = { action: "access.decide", limit: 1 };
  const { entries } = await client.call("searchAudit", { params: { organization }, query });
  if (entries.length === 0) throw new Error("The recorded calls left no entry.");
}

function figuresOf(
  results: ReadonlyMap<string, readonly LoadResult[]>,
  say: (line: string) => void,
): Figures {
  const of = (side: Side, inFlight: number) => results.get(`${side} ${inFlight}`) ?? [];
  const ratio = (a: Side, b: Side, inFlight: number, pick: (result: LoadResult) => number) => {
    const other = of(b, inFlight);
    return rounded(
      median(of(a, inFlight).map((result, round) => pick(result) / pick(other[round] ?? result))),
    );
  };
  const figures: Record<string, number> = {
    warm_p50_ratio_vs_bare: ratio("berth", "bare", 1, (result) => result.p50Ms),
    throughput_ratio_vs_bare: ratio("berth", "bare", 16, (result) => result.requestsPerSecond),
    recorded_warm_p50_ratio_vs_bare: ratio("recorded", "bare", 1, (result) => result.p50Ms),
    recorded_throughput_ratio_vs_bare: ratio("recorded", "bare", 16, (r) => r.requestsPerSecond),
  };
  for (const inFlight of levels) {
    for (const side of sides) {
      const all = of(side, inFlight);
      if (all.length === 0) continue;
      const name = `${side}_${inFlight}`;
      figures[`${name}_p50_ms`] = rounded(median(all.map((result) => result.p50Ms)));
      figures[`${name}_p99_ms`] = rounded(median(all.map((result) => result.p99Ms)));
      figures[`${name}_rps`] = rounded(median(all.map((result) => result.requestsPerSecond)));
      say(
        `${name.padEnd(12)} p50 ${figures[`${name}_p50_ms`]} ms, p99 ${figures[`${name}_p99_ms`]} ms, ${figures[`${name}_rps`]}/s`,
      );
    }
    for (const peer of ["bare", "static"] as const) {
      figures[`p50_ratio_vs_${peer}_${inFlight}`] = ratio("berth", peer, inFlight, (r) => r.p50Ms);
      figures[`throughput_ratio_vs_${peer}_${inFlight}`] = ratio(
        "berth",
        peer,
        inFlight,
        (r) => r.requestsPerSecond,
      );
    }
  }
  return figures;
}
