/** How soon the page shows what an event changed. */
import { type BenchOptions, type Figures, rounded } from "../bench.ts";
import { quantile } from "../load.ts";
import type { OpenOptions, ViewStage } from "./stage.ts";

export async function measureEvents(
  stage: ViewStage,
  { say, isQuick }: BenchOptions,
): Promise<Figures> {
  const turns = isQuick ? 1 : 5;
  const presses = isQuick ? 40 : 100;
  const berth: number[] = [];
  const federation: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    berth.push(...(await press(stage, { side: "berth" }, presses)));
    federation.push(...(await press(stage, { side: "federation" }, presses)));
  }
  const at = (times: readonly number[], share: number) =>
    rounded(
      quantile(
        times.toSorted((a, b) => a - b),
        share,
      ),
    );
  say(`events: ${berth.length} presses on each side`);
  return {
    event_to_dom_p95_ms: at(berth, 0.95),
    event_to_dom_p50_ms: at(berth, 0.5),
    event_to_dom_federation_p95_ms: at(federation, 0.95),
  };
}

async function press(stage: ViewStage, options: OpenOptions, count: number): Promise<number[]> {
  const page = await stage.open(options);
  try {
    await page.click("#open");
    await page.waitForFunction(() => globalThis.bench.paintMs !== undefined);
    const times = await page.evaluate((presses) => globalThis.bench.measureEvents(presses), count);
    return times.slice(10);
  } finally {
    await page.close();
  }
}
