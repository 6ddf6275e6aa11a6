/** What the engine itself needs beside an app, and what limits follow for the cell's group. */

import type { CgroupLimits } from "../cgroup/cgroup.ts";
import { type CellLimits, defaultCellLimits } from "../spec.ts";

const bytesPerMb = 1024 * 1024;

/**
 * A blank cell holds about 10 MB of its own, a busy one about 70 MB with its buffers and the
 * garbage that waits for collection; page cache of the engine's binary is charged too, but can be reclaimed.
 */
const engineAllowanceMb = 96;

/** Until a blank cell is given to an app, so that it starts at full speed. */
const startCpuPercent = 200;

export function toCgroupLimits(limits: CellLimits): CgroupLimits {
  return {
    memoryBytes: (limits.memoryMb + engineAllowanceMb) * bytesPerMb,
    cpuPercent: limits.cpuPercent,
    cpuBurstMs: limits.cpuBurstMs ?? defaultCellLimits.cpuBurstMs,
    pids: limits.pids ?? defaultCellLimits.pids,
  };
}

export function startCgroupLimits(heapClassMb: number): CgroupLimits {
  const memoryBytes = (heapClassMb + engineAllowanceMb) * bytesPerMb;
  const { pids } = defaultCellLimits;
  return { memoryBytes, cpuPercent: startCpuPercent, cpuBurstMs: 0, pids };
}
