/**
 * The seam to what of starting a cell may need privileges: users, control groups, the jail itself.
 *
 * Two do it: `local-jailer.ts` in this process, and `remote-jailer.ts`, which asks a small process
 * that stayed root when the server gave that up.
 */

import type { CellGauges, CgroupRoot } from "../cgroup/cgroup.ts";
import type { Engine } from "../workerd/engine.ts";
import type { LaunchedProcess } from "../workerd/launch.ts";

/** What one cell has on this host, from before its process starts until after its end. */
export interface CellPlace {
  /** Undefined when the cell runs as the server's own user. */
  readonly hostUid: number | undefined;
  /** To be listened on by the server before the start. */
  readonly outSocket: string;
  /** The cell listens on it once it has started. */
  readonly inSocket: string;
  /** To read and to limit by. */
  readonly cgroup: CellGauges;
  /** @throws BerthError `CELL_START_FAILED` */
  start(heapClassMb: number): Promise<LaunchedProcess>;
  /** Gives all of it back; the process must have ended. */
  remove(): Promise<void>;
}

export interface Jailer {
  readonly jail: "bubblewrap" | "off";
  readonly cgroupVersion: CgroupRoot["version"];
  /** What new cells are started with. */
  readonly engine: Engine;
  /**
   * @param binary - default: the engine that is installed now
   * @throws BerthError `CELL_START_FAILED` when there is no such engine, or it may not be chosen
   */
  renewEngine(binary: string | undefined): Promise<void>;
  /** Takes the last renewal back. */
  restoreEngine(): Promise<void>;
  /** @throws BerthError `CELL_START_FAILED` */
  prepare(id: string): Promise<CellPlace>;
  close(): Promise<void>;
}
