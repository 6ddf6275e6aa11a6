/**
 * The first response of a sleeping app: a blank cell waits and takes the code, against new
 * processes that serve the same module. In every round each side once, the first one another
 * in each; the ratios are of one round's two sides, and their median is the figure.
 */
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { type CellPool, openCellPool } from "@berth/cells";
import { type BenchOptions, type Figures, rounded } from "../bench.ts";
import { median, quantile } from "../load.ts";
import { echoModule } from "../subjects/module.ts";
import { createAppSpec, createCellRequest, quietPool } from "./app-spec.ts";
import { openPeers, timePeer } from "./peers.ts";

const path = "/first";
const sides = ["pool", "workerd", "deno", "node"] as const;
type Side = (typeof sides)[number];

export async function measureFirstResponse(
  folder: string,
  { say, isQuick }: BenchOptions,
): Promise<Figures> {
  const peers = await openPeers(join(folder, "peers"), echoModule);
  await using warm = await openCellPool({ ...quietPool, folder: join(folder, "w"), warmCells: 1 });
  await using bare = await openCellPool({ ...quietPool, folder: join(folder, "b"), warmCells: 0 });
  const start: Readonly<Record<Side, (key: string) => Promise<number>>> = {
    pool: (key) => timePool(warm, key, true),
    workerd: (key) => timePool(bare, key, false),
    deno: () => timePeer(peers.deno, path),
    node: () => timePeer(peers.node, path),
  };
  const times: Record<Side, number[]> = { pool: [], workerd: [], deno: [], node: [] };
  // Files come into the page cache, Deno compiles into its own.
  for (const side of sides) for (const turn of ["a", "b"]) await start[side](`before-${turn}`);
  const rounds = isQuick ? 4 : 61;
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const side = sides[(round + turn) % sides.length] ?? "pool";
      times[side].push(await start[side](`round-${round}`));
    }
    if (round % 20 === 0) say(`first response: round ${round + 1} of ${rounds}`);
  }
  return figuresOf(times, say);
}

const lookEveryMs = 5;

/** Until the app sleeps again; from when a blank cell waits where one should. */
async function timePool(pool: CellPool, key: string, isWarm: boolean): Promise<number> {
  if (isWarm) await blankCell(pool);
  const spec = createAppSpec({ key, source: echoModule });
  const request = createCellRequest(path);
  const begin = performance.now();
  const answer = await pool.fetch(spec, request);
  const body = await text(answer.body);
  const elapsedMs = performance.now() - begin;
  if (answer.status !== 200) throw new Error(`The cell answered ${answer.status}: ${body}`);
  const { isFromStock } = await pool.load(spec);
  if (isFromStock !== isWarm) throw new Error(`A blank cell was waiting: ${isFromStock}.`);
  await pool.release(key);
  return elapsedMs;
}

/** A cell is told of when it has started; that it has answered its first ping, and waits, is not. */
async function blankCell(pool: CellPool): Promise<void> {
  while (pool.counts().blank === 0) await delay(lookEveryMs);
}

function figuresOf(times: Record<Side, number[]>, say: (line: string) => void): Figures {
  const sorted = (side: Side) => times[side].toSorted((a, b) => a - b);
  const p50 = (side: Side) => rounded(median(times[side]));
  const p90 = (side: Side) => rounded(quantile(sorted(side), 0.9));
  const ratio = (peer: Side) =>
    rounded(median(times.pool.map((ms, round) => ms / (times[peer][round] ?? Number.NaN))));
  for (const side of sides) say(`${side.padEnd(8)} p50 ${p50(side)} ms, p90 ${p90(side)} ms`);
  return {
    cold_ratio_vs_deno: ratio("deno"),
    cold_ratio_vs_workerd_start: ratio("workerd"),
    cold_ratio_vs_node: ratio("node"),
    cold_p50_ms: p50("pool"),
    cold_p90_ms: p90("pool"),
    deno_cold_p50_ms: p50("deno"),
    workerd_start_cold_p50_ms: p50("workerd"),
    node_cold_p50_ms: p50("node"),
  };
}
