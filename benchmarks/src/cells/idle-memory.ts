/**
 * What an idle app holds of private memory, over all processes of its cell: in a cell of its own,
 * in one that it shares, and asleep. Several cells run at once, as they do on a server: the pages
 * of the engine's file that all of them map are then nobody's own.
 */
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type CellPool, openCellPool } from "@berth/cells";
import { type BenchOptions, type Figures, rounded } from "../bench.ts";
import { median } from "../load.ts";
import { listChain, listDescendants, readName, readPrivateMb, total } from "../processes.ts";
import { echoModule } from "../subjects/module.ts";
import { createAppSpec, createCellRequest, quietPool } from "./app-spec.ts";

export async function measureIdleMemory(
  folder: string,
  { say, isQuick }: BenchOptions,
): Promise<Figures> {
  const before = await countCellProcesses();
  if (before > 0) throw new Error(`${before} processes of cells run before the measurement.`);
  await using pool = await openCellPool({ ...quietPool, folder: join(folder, "m"), warmCells: 0 });
  const apps = isQuick ? 3 : 8;

  for (let index = 0; index < apps; index++) await wake(pool, `own-${index}`);
  const own: number[] = [];
  for (const { pid } of pool.list()) own.push(await readCellMb(pid));

  const shared: number[] = [];
  let lastMb = await wake(pool, "shared-0", "shared");
  for (let index = 1; index <= apps; index++) {
    const nextMb = await wake(pool, `shared-${index}`, "shared");
    shared.push(nextMb - lastMb);
    lastMb = nextMb;
  }

  const awake = await countCellProcesses();
  const cells = pool.list().length;
  await pool.stopIdle(0);
  const asleep = await countCellProcesses();
  say(`${cells} cells with ${apps * 2 + 1} apps: ${awake} processes awake, ${asleep} asleep`);
  return {
    private_mb_own_cell: rounded(median(own)),
    private_mb_own_cell_most: rounded(Math.max(...own)),
    private_mb_shared: rounded(median(shared)),
    private_mb_shared_cell: rounded(lastMb),
    awake_processes: awake,
    hibernated_processes: asleep,
  };
}

/** Loads the app by its first request. @returns what its cell holds then, in MB */
async function wake(pool: CellPool, key: string, placement = key): Promise<number> {
  const spec = createAppSpec({ key, source: echoModule, placement });
  const answer = await pool.fetch(spec, createCellRequest("/idle"));
  await text(answer.body);
  const cell = pool.list().find((one) => one.isolateKeys.includes(key));
  if (answer.status !== 200 || cell === undefined) {
    throw new Error(`The app ${key} answered ${answer.status} and is in ${cell?.id ?? "no cell"}.`);
  }
  return readCellMb(cell.pid);
}

/** The engine's, and that of the jail's processes around it. */
async function readCellMb(enginePid: number): Promise<number> {
  const chain = await listChain(enginePid, process.pid);
  return total(await Promise.all(chain.map(readPrivateMb)));
}

async function countCellProcesses(): Promise<number> {
  const names = await Promise.all((await listDescendants(process.pid)).map(readName));
  return names.filter((name) => name === "bwrap" || name.startsWith("workerd")).length;
}
