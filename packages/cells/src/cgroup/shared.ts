/**
 * A cell's group that another process made, joined and will remove: the files of its limits were
 * given to this process's user, and its counters are for everybody to read.
 */

import type { CellGauges, CgroupLimits, SharedGroup } from "./cgroup.ts";
import { ProcessFamily } from "./process-family.ts";
import { V1CellGroup } from "./v1.ts";
import { V2CellGroup } from "./v2.ts";

export interface OpenedGroup extends CellGauges {
  /** Where nothing counts for it, it is read from the process. */
  started(pid: number): void;
  close(): void;
}

/** What only who polls can do and know. */
export interface Poller {
  setLimits(limits: CgroupLimits): void;
  readOomKills(): number;
}

function openPolled(poller: Poller): OpenedGroup {
  const family = new ProcessFamily();
  return {
    started: (pid) => family.addRoot(pid),
    setLimits: (limits) => poller.setLimits(limits),
    readOomKills: () => poller.readOomKills(),
    readCpuMs: () => family.read().cpuMs,
    readMemoryBytes: () => family.read().memoryBytes,
    close: () => family.close(),
  };
}

export function openSharedGroup(shared: SharedGroup, poller: Poller): OpenedGroup {
  if (shared.version === "none") return openPolled(poller);
  const group =
    shared.version === "v1"
      ? new V1CellGroup(shared)
      : new V2CellGroup(shared.folder, shared.controllers);
  return {
    started: () => undefined,
    setLimits: (limits) => group.setLimits(limits),
    readOomKills: () => group.readOomKills(),
    readCpuMs: () => group.readCpuMs(),
    readMemoryBytes: () => group.readMemoryBytes(),
    close: () => group.close(),
  };
}
