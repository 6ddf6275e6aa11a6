/** One soak, from an empty folder to a verdict. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Berth, createBerth } from "@berth/server";
import { countEvents } from "./events.ts";
import { type Holdings, takeStock } from "./holdings.ts";
import { installAll } from "./install.ts";
import { type LoadPhase, runLoadPhase } from "./load-phase.ts";
import { median } from "./memory.ts";
import type { SoakOptions } from "./options.ts";
import { findPlaces, type Places } from "./places.ts";
import { countServerLog } from "./server-log.ts";
import { type Check, holdsTooMuch, judge } from "./verdict.ts";

/** Longer than the longest deadline of a request, after which a cell that hangs is ended. */
const settleMs = 60_000;
const settleLookMs = 200;

type Counts = Readonly<Record<string, number>>;

export interface SoakResult {
  readonly checks: readonly Check[];
  readonly figures: Counts;
  /** Counted by what happened. */
  readonly counts: Readonly<Record<string, Counts>>;
  /** The first failures, in full. */
  readonly examples: readonly string[];
}

interface Quiet {
  readonly holdings: Holdings;
  readonly cells: readonly string[];
}

interface Opened {
  readonly places: Places;
  readonly databaseFolder: string;
  readonly holdings: Holdings;
  readonly cells: number;
}

/** Stops what is idle until only blank cells are left, and the host shows no more than those. */
async function settle({ cells }: Berth, opened: Opened): Promise<Quiet> {
  const giveUpAt = performance.now() + settleMs;
  for (;;) {
    await cells.stopIdle(0);
    const listed = cells.list();
    const holdings = takeStock(opened.places, opened.databaseFolder);
    const extraCells = Math.max(0, listed.length - opened.cells);
    const isQuiet =
      listed.every((cell) => cell.tenant === undefined) &&
      holdings.engines === listed.length &&
      holdings.groups.length <= listed.length &&
      !holdsTooMuch(holdings, opened.holdings, extraCells);
    const known = listed.map((cell) => cell.id);
    if (isQuiet || performance.now() > giveUpAt) return { holdings, cells: known };
    await delay(settleLookMs);
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const rounded = (value: number) => Math.round(value * 10) / 10;

function figuresOf({ ledger, kills, samples, ...load }: LoadPhase): Counts {
  const { calm, wild } = ledger;
  return {
    requests: load.sent,
    requests_left_out: load.leftOut,
    answered: calm.answered,
    failed: calm.failed,
    retryable_at_kill: calm.retryableAtKill,
    broken_at_kill: calm.brokenAtKill,
    p50_ms: rounded(quantile(calm.latenciesMs, 0.5)),
    p99_ms: rounded(quantile(calm.latenciesMs, 0.99)),
    kills: kills.length,
    kills_of_busy_cells: kills.filter((kill) => kill.inFlight > 0).length,
    kills_of_blank_cells: kills.filter((kill) => kill.installation === undefined).length,
    hostile_requests: [...wild.values()].reduce((sum, count) => sum + count, 0),
    hostile_resumed: load.resumed,
    held_mb_median: rounded(median(samples.map((sample) => sample.heldMb))),
    resident_mb_median: rounded(median(samples.map((sample) => sample.residentMb))),
  };
}

/**
 * @param signal - ends the load early; what was seen until then is judged all the same
 * @throws what setting up throws, an early end included; everything is closed and removed by then
 */
export async function runSoak(
  options: SoakOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<SoakResult> {
  const folder = await mkdtemp(join(tmpdir(), "berth-soak-"));
  const databaseFolder = join(folder, "database");
  const before = takeStock(undefined, databaseFolder);
  const log = countServerLog();
  try {
    const startedAt = performance.now();
    await using berth = await createBerth({
      folder,
      assets: { consoleFolder: null, frameBootstrap: "" },
      posture: "first-ask",
      logger: log.logger,
    });
    const events = countEvents(berth.cells);
    const places = findPlaces(berth.cells);
    const openedCells = berth.cells.list().length;
    const opened = takeStock(places, databaseFolder);
    const atOpening = { places, databaseFolder, holdings: opened, cells: openedCells };
    const all = await installAll({ berth, count: options.installations, signal, say });
    const hostile = all.installed.filter(({ kind }) => kind.isHostile).length;
    const setUpSeconds = rounded((performance.now() - startedAt) / 1_000);
    say(`${all.installed.length} installations, ${hostile} hostile, after ${setUpSeconds} s`);

    const phase = await runLoadPhase({ berth, ...all, options, signal, say });
    const quiet = await settle(berth, atOpening);
    await berth.close();
    const after = takeStock(places, databaseFolder);
    const { ledger, sent, leftOut, samples } = phase;
    const stock = { before, opened, openedCells, quiet: quiet.holdings, quietCells: quiet.cells };
    return {
      checks: judge({ ledger, sent, leftOut, samples, ...stock, after }),
      figures: {
        minutes: options.minutes,
        seed: options.seed,
        installations: all.installed.length,
        hostile_installations: hostile,
        set_up_seconds: setUpSeconds,
        ...figuresOf(phase),
      },
      counts: {
        failures: Object.fromEntries(ledger.failuresByCause),
        hostile: Object.fromEntries([...ledger.wild].sort()),
        events: Object.fromEntries([...events].sort()),
        server_log: Object.fromEntries(log.counts),
      },
      examples: ledger.examples,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
