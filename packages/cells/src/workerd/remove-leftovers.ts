/** Cleans up after a pool whose process is gone and whose folder nobody opens again. */
import { existsSync, rmSync } from "node:fs";
import { findCgroupRoot } from "../cgroup/find-cgroup.ts";
import { openRuntimeFolder } from "./runtime-folder.ts";

/**
 * Removes the folder of a pool with its sockets, and its control groups with what is left in them.
 * Does nothing when there is no such folder.
 *
 * @throws BerthError `DATA_FOLDER_LOCKED` when a pool uses it
 */
export async function removeCellLeftovers(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const runtime = openRuntimeFolder(folder, process.getuid?.() === 0);
  try {
    const cgroups = findCgroupRoot(runtime.poolName);
    await cgroups.removeStale();
    await cgroups.close();
  } finally {
    runtime[Symbol.dispose]();
  }
  rmSync(folder, { recursive: true, force: true });
}
