import { randomBytes } from "node:crypto";
import type { CellDriver } from "../driver.ts";
import { type CellClock, systemClock } from "../ports.ts";
import { defaultCellLimits } from "../spec.ts";
import { openWorkerdDriver } from "../workerd/driver.ts";
import { JailedCellPool } from "./cell-pool.ts";
import type { CellPool, CellPoolOptions } from "./pool.ts";

async function openDriver(options: CellPoolOptions, clock: CellClock): Promise<CellDriver> {
  if (options.driver !== undefined) return options.driver;
  return openWorkerdDriver({
    folder: options.folder,
    jail: options.jail,
    engineBinary: options.engine?.binary,
    cgroup: options.cgroup ?? "auto",
    jailer: options.jailer,
    logger: options.logger,
    clock,
  });
}

/**
 * Opens the pool and starts the first blank cells; with the library's own driver it also cleans up
 * after a pool that was killed. Closing the pool closes its driver.
 *
 * @throws BerthError `JAIL_UNAVAILABLE` when cells cannot be jailed here, `DATA_FOLDER_LOCKED`
 * when another pool uses the folder, `CELL_START_FAILED` when the engine does not start
 */
export async function openCellPool(options: CellPoolOptions): Promise<CellPool> {
  const clock = options.clock ?? systemClock;
  const driver = await openDriver(options, clock);
  const pool = new JailedCellPool({
    options,
    driver,
    createCellId: () => `c${randomBytes(5).toString("hex")}`,
    now: () => clock.now(),
  });
  await pool.warm(defaultCellLimits.memoryMb);
  return pool;
}
