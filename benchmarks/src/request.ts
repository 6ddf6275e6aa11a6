/**
 * A warm request through the whole of Berth, against the same module in the same kind of
 * cell behind a bare Node proxy. The sides take turns in every round; the figures are the
 * medians of the rounds' ratios.
 */
import type { Bench, BenchOptions, Figures } from "./bench.ts";
import { rounded } from "./bench.ts";
import { type LoadResult, median, runLoad, type Target } from "./load.ts";
import { startSubject } from "./subjects/child.ts";
import { startBerth } from "./subjects/start-berth.ts";

const path = "/api/echo";
const levels = [1, 16, 64] as const;
const sides = ["berth", "bare", "static"] as const;
type Side = (typeof sides)[number];

export const request: Bench = {
  name: "request",
  summary: "warm request through all of Berth against a bare proxy before the same cell",
  run,
};

async function run({ say, isQuick }: BenchOptions): Promise<Figures> {
  await using berth = await startBerth();
  await using bare = await startSubject<{ port: number }>("./bare.ts");
  await using fixed = await startSubject<{ port: number }>("./static-workerd.ts");
  const headers = { host: berth.ready.host, authorization: `Bearer ${berth.ready.token}` };
  const targets: Record<Side, Target> = {
    berth: { port: berth.ready.port, path, headers },
    bare: { port: bare.ready.port, path, headers },
    static: { port: fixed.ready.port, path, headers },
  };
  for (const side of sides) await runLoad(targets[side], { requests: 2_000, inFlight: 16 });

  const rounds = isQuick ? 2 : 9;
  const results = new Map<string, LoadResult[]>();
  for (let round = 0; round < rounds; round++) {
    for (const inFlight of levels) {
      const requests = (inFlight === 1 ? 600 : 3_000) / (isQuick ? 4 : 1);
      // Whoever goes first finds another machine; so the order turns from round to round.
      const order = round % 2 === 0 ? sides : sides.toReversed();
      for (const side of order) {
        const key = `${side} ${inFlight}`;
        const all = results.get(key) ?? [];
        all.push(await runLoad(targets[side], { requests, inFlight }));
        results.set(key, all);
      }
    }
    say(`round ${round + 1} of ${rounds}`);
  }
  return figuresOf(results, say);
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
  };
  for (const inFlight of levels) {
    for (const side of sides) {
      const all = of(side, inFlight);
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
