/**
 * From the first byte of a publish to an installation that answers, for three sizes of
 * package, by step. Every app is new, so nothing is found in a cache.
 */
import type { Bench, BenchOptions, Figures } from "./bench.ts";
import { rounded } from "./bench.ts";
import { median } from "./load.ts";
import { openPublisherSession, type PublishedRun } from "./publisher-session.ts";
import { startBerth } from "./subjects/start-berth.ts";

const sizes = [
  { name: "10kb", bytes: 10_000 },
  { name: "1mb", bytes: 1_000_000 },
  { name: "20mb", bytes: 20_000_000 },
] as const;

export const install: Bench = {
  name: "install",
  summary: "publish to active installation, by size of package and by step",
  run,
};

async function run({ say, isQuick }: BenchOptions): Promise<Figures> {
  await using berth = await startBerth();
  const session = await openPublisherSession(berth.ready);
  await session.publishAndInstall("warm-up", 10_000);
  const rounds = isQuick ? 1 : 5;
  const figures: Record<string, number> = {};
  for (const size of sizes) {
    const runs: PublishedRun[] = [];
    for (let round = 0; round < rounds; round++) {
      runs.push(await session.publishAndInstall(`bench-${size.name}-${round}`, size.bytes));
    }
    const seconds = (pick: (run: PublishedRun) => number) =>
      rounded(median(runs.map((one) => pick(one) / 1000)));
    figures[`publish_to_active_${size.name}_s`] = seconds((one) => one.totalMs);
    figures[`publish_${size.name}_s`] = seconds((one) => one.publishMs);
    for (const step of runs[0]?.stepMs.keys() ?? []) {
      figures[`step_${step}_${size.name}_s`] = seconds((one) => one.stepMs.get(step) ?? 0);
    }
    say(
      `${size.name.padEnd(5)} ${figures[`publish_to_active_${size.name}_s`]} s, of which publish ${figures[`publish_${size.name}_s`]} s`,
    );
  }
  return figures;
}
