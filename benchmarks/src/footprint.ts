/**
 * What an idle Berth holds in memory, and what each idle app adds: with a cell of its own,
 * and after its cell was stopped. Private memory from /proc, so Linux only.
 */
import type { Bench, BenchOptions, Figures } from "./bench.ts";
import { rounded } from "./bench.ts";
import { listDescendants, readName, readPrivateMb, total } from "./processes.ts";
import { openPublisherSession } from "./publisher-session.ts";
import { startBerth } from "./subjects/start-berth.ts";

export const footprint: Bench = {
  name: "footprint",
  summary: "memory of an idle server, and of each idle app more",
  run,
};

async function run({ say, isQuick }: BenchOptions): Promise<Figures> {
  await using berth = await startBerth();
  const session = await openPublisherSession(berth.ready);
  const serverBefore = await readPrivateMb(berth.pid);
  const cellsBefore = await cellMemoryMb(berth.pid);
  const apps = isQuick ? 2 : 8;
  for (let index = 0; index < apps; index++) {
    await session.publishAndInstall(`idle-${index}`, 1_000);
  }
  const serverAfter = await readPrivateMb(berth.pid);
  const cellsAfter = await cellMemoryMb(berth.pid);
  const own = (total(cellsAfter) - total(cellsBefore)) / apps;
  say(`${cellsBefore.length} blank cells before, ${cellsAfter.length} cells with ${apps} apps`);
  return {
    idle_server_private_mb: rounded(serverBefore),
    server_mb_per_installation: rounded((serverAfter - serverBefore) / apps),
    private_mb_own_cell: rounded(own),
    blank_cell_private_mb: rounded(total(cellsBefore) / Math.max(1, cellsBefore.length)),
  };
}

/** Private memory of every engine process below `pid`, in MB. */
async function cellMemoryMb(pid: number): Promise<number[]> {
  const values: number[] = [];
  for (const child of await listDescendants(pid)) {
    if ((await readName(child)).startsWith("workerd")) values.push(await readPrivateMb(child));
  }
  return values;
}
