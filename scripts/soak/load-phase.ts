/** The middle of a soak: load, kills and measurements at once, with progress told while it runs. */
import { setTimeout as delay } from "node:timers/promises";
import type { Berth } from "@berth/server";
import type { InstalledAll } from "./install.ts";
import { type Kill, startKiller } from "./kills.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { startLoad } from "./load.ts";
import { type MemorySample, watchMemory } from "./memory.ts";
import type { SoakOptions } from "./options.ts";
import { createRandom } from "./random.ts";

const progressEveryMs = 10_000;
/** A collection is forced before each: enough for medians, and no more than that. */
const leastMemorySamples = 40;
const longestSampleMs = 5_000;

export interface LoadPhaseOptions extends InstalledAll {
  readonly berth: Berth;
  readonly options: SoakOptions;
  readonly signal: AbortSignal;
  say(line: string): void;
}

export interface LoadPhase {
  readonly ledger: Ledger;
  readonly kills: readonly Kill[];
  readonly samples: readonly MemorySample[];
  readonly sent: number;
  readonly leftOut: number;
  readonly resumed: number;
}

/** Resolves when the time is over, or the signal aborts, and no request runs any longer. */
export async function runLoadPhase(phase: LoadPhaseOptions): Promise<LoadPhase> {
  const { berth, client, installed, options, signal, say } = phase;
  const { seed, killSeconds: everySeconds, ratePerSecond } = options;
  const { cells, port } = berth;
  const durationMs = options.minutes * 60_000;
  const memory = watchMemory(Math.min(longestSampleMs, durationMs / leastMemorySamples));
  const killer = startKiller({ cells, random: createRandom(seed + 1), everySeconds });
  const ledger = createLedger(killer.kills);
  const random = createRandom(seed);
  const load = startLoad({ client, port, installed, ratePerSecond, random, ledger });
  const startedAt = performance.now();
  let told = 0;
  const passedMs = () => performance.now() - startedAt;
  try {
    while (passedMs() < durationMs && !signal.aborted) {
      const pauseMs = Math.min(progressEveryMs, Math.max(1, durationMs - passedMs()));
      // Rejects only by the signal, which the loop looks at.
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      const { answered, retryableAtKill, brokenAtKill, failed } = ledger.calm;
      const { heldMb = 0, residentMb = 0 } = memory.samples.at(-1) ?? {};
      const counts = [
        `${answered} answered`,
        `${failed} failed`,
        `${retryableAtKill + brokenAtKill} ended by kills`,
        `${killer.kills.length} kills`,
        `${cells.list().length} cells`,
        `${heldMb.toFixed(0)} MB held`,
        `${residentMb.toFixed(0)} MB resident`,
      ];
      say(`${(passedMs() / 1_000).toFixed(0).padStart(4)} s: ${counts.join(", ")}`);
      for (const example of ledger.examples.slice(told)) say(`        failed: ${example}`);
      told = ledger.examples.length;
    }
  } finally {
    killer.close();
    memory.close();
    await load.close();
  }
  const { sent, leftOut, resumed } = load;
  return { ledger, kills: killer.kills, samples: memory.samples, sent, leftOut, resumed };
}
