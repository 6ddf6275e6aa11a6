/**
 * From the click to the first frame that shows all of the component: from a frame that waited, from
 * nothing, and as a module of a federation in the page itself. Every round is three new pages.
 */
import { type BenchOptions, type Figures, rounded } from "../bench.ts";
import { median, quantile } from "../load.ts";
import type { OpenOptions, ViewStage } from "./stage.ts";

const sides = {
  warm: { side: "berth", isWarm: true },
  federation: { side: "federation" },
  cold: { side: "berth" },
} as const satisfies Record<string, OpenOptions>;

type Side = keyof typeof sides;

export async function measureFirstPaint(
  stage: ViewStage,
  { say, isQuick }: BenchOptions,
): Promise<Figures> {
  const rounds = isQuick ? 3 : 31;
  const names = Object.keys(sides) as Side[];
  const times: Record<Side, number[]> = { warm: [], federation: [], cold: [] };
  // One of each beforehand: the browser's and the server's own first time is nobody's figure.
  for (const name of names) await clickToPaint(stage, sides[name]);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length] ?? "warm";
      times[name].push(await clickToPaint(stage, sides[name]));
    }
    say(
      `paint ${round + 1} of ${rounds}: ${names.map((name) => `${name} ${times[name].at(-1)?.toFixed(1)} ms`).join(", ")}`,
    );
  }
  const ratio = (name: Side) =>
    rounded(median(times[name].map((ms, round) => ms / (times.federation[round] ?? ms))));
  const p95 = (name: Side) =>
    rounded(
      quantile(
        times[name].toSorted((a, b) => a - b),
        0.95,
      ),
    );
  return {
    paint_ratio_vs_federation: ratio("warm"),
    paint_cold_ratio_vs_federation: ratio("cold"),
    paint_warm_p50_ms: rounded(median(times.warm)),
    paint_warm_p95_ms: p95("warm"),
    paint_cold_p50_ms: rounded(median(times.cold)),
    paint_federation_p50_ms: rounded(median(times.federation)),
    paint_federation_p95_ms: p95("federation"),
  };
}

async function clickToPaint(stage: ViewStage, options: OpenOptions): Promise<number> {
  const page = await stage.open(options);
  try {
    await page.click("#open");
    const time = await page.waitForFunction(() => globalThis.bench.paintMs);
    return (await time.jsonValue()) ?? 0;
  } finally {
    await page.close();
  }
}
