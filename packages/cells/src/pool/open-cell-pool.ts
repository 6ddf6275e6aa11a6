import { systemClock } from "../ports.ts";
import { defaultCellLimits } from "../spec.ts";
import { createCellId, openWorkerdDriver } from "../workerd/driver.ts";
import { JailedCellPool } from "./cell-pool.ts";
import type { CellPool, CellPoolOptions } from "./pool.ts";

/**
 * Opens the pool, cleans up after one that was killed, and starts the first blank cells.
 *
 * @throws BerthError `JAIL_UNAVAILABLE` when cells cannot be jailed here, `DATA_FOLDER_LOCKED`
 * when another pool uses the folder, `CELL_START_FAILED` when the engine does not start
 */
export async function openCellPool(options: CellPoolOptions): Promise<CellPool> {
  const clock = options.clock ?? systemClock;
  const driver = await openWorkerdDriver({
    folder: options.folder,
    jail: options.jail,
    engineBinary: options.engine?.binary,
    cgroup: options.cgroup ?? "auto",
    logger: options.logger,
    clock,
  });
  const pool = new JailedCellPool({ options, driver, createCellId, now: () => clock.now() });
  await pool.warm(defaultCellLimits.memoryMb);
  return pool;
}
