/** Control groups, version 2: one hierarchy, delegated to the server by whoever started it. */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type {
  CellCgroup,
  CgroupControllers,
  CgroupLimits,
  CgroupRoot,
  SharedGroup,
} from "./cgroup.ts";
import {
  findField,
  GaugeFile,
  giveFiles,
  killMembers,
  removeChildGroups,
  removeGroup,
  tryWriteValue,
  writeValue,
} from "./group-files.ts";

const microsecondsPerMs = 1_000;
const cpuPeriodUs = 100_000;
const limitFiles = [
  "memory.max",
  "memory.swap.max",
  "memory.oom.group",
  "cpu.max",
  "cpu.max.burst",
  "pids.max",
] as const;
const controllerNames = ["memory", "cpu", "pids"] as const;

export class V2CellGroup implements CellCgroup {
  readonly #folder: string;
  readonly #controllers: CgroupControllers;
  readonly #cpuStat: GaugeFile;
  readonly #memoryStat: GaugeFile | undefined;
  readonly #memoryEvents: GaugeFile | undefined;

  constructor(folder: string, controllers: CgroupControllers) {
    this.#folder = folder;
    this.#controllers = controllers;
    this.#cpuStat = new GaugeFile(join(folder, "cpu.stat"));
    if (controllers.memory) {
      this.#memoryStat = new GaugeFile(join(folder, "memory.stat"));
      this.#memoryEvents = new GaugeFile(join(folder, "memory.events"));
    }
  }

  add(pid: number): void {
    writeValue(this.#folder, "cgroup.procs", pid);
  }

  setLimits({ memoryBytes, cpuPercent, cpuBurstMs, pids }: CgroupLimits): void {
    if (this.#controllers.memory) {
      writeValue(this.#folder, "memory.max", memoryBytes);
      tryWriteValue(this.#folder, "memory.swap.max", 0);
      tryWriteValue(this.#folder, "memory.oom.group", 1);
    }
    if (this.#controllers.cpu) {
      const quotaUs = Math.round((cpuPeriodUs * cpuPercent) / 100);
      const burstUs = Math.min(quotaUs, cpuBurstMs * microsecondsPerMs);
      // A burst may never be above the quota, an earlier one included; kernels before 5.14 have none.
      tryWriteValue(this.#folder, "cpu.max.burst", 0);
      writeValue(this.#folder, "cpu.max", `${quotaUs} ${cpuPeriodUs}`);
      tryWriteValue(this.#folder, "cpu.max.burst", burstUs);
    }
    if (this.#controllers.pids) writeValue(this.#folder, "pids.max", pids);
  }

  readCpuMs(): number {
    return findField(this.#cpuStat.read(), "usage_usec") / microsecondsPerMs;
  }

  readMemoryBytes(): number {
    return findField(this.#memoryStat?.read() ?? "", "anon");
  }

  readOomKills(): number {
    return findField(this.#memoryEvents?.read() ?? "", "oom_kill");
  }

  share(uid: number): SharedGroup {
    giveFiles(this.#folder, limitFiles, uid);
    return { version: "v2", folder: this.#folder, controllers: this.#controllers };
  }

  killAll(): void {
    killMembers(this.#folder);
  }

  close(): void {
    this.#cpuStat.close();
    this.#memoryStat?.close();
    this.#memoryEvents?.close();
  }

  async remove(): Promise<void> {
    this.close();
    await removeGroup(this.#folder);
  }
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

/** Where the processes of the server's own group go. */
export const supervisorGroup = "berth-supervisor";

/**
 * A group with processes of its own may not hand controllers on (but the root group may), so the
 * server moves the processes of its group into a child first.
 */
function enableControllers(own: string): CgroupControllers {
  const available = read(own, "cgroup.controllers").split(/\s+/);
  const wanted = controllerNames.filter((name) => available.includes(name));
  const enable = () =>
    wanted.every((name) => tryWriteValue(own, "cgroup.subtree_control", `+${name}`));
  if (!enable()) {
    const supervisor = join(own, supervisorGroup);
    mkdirSync(supervisor, { recursive: true });
    for (const pid of read(own, "cgroup.procs").split("\n")) {
      if (pid !== "") tryWriteValue(supervisor, "cgroup.procs", pid);
    }
    enable();
  }
  const enabled = read(own, "cgroup.subtree_control").split(/\s+/);
  return {
    memory: enabled.includes("memory"),
    cpu: enabled.includes("cpu"),
    pids: enabled.includes("pids"),
  };
}

/** @param own - the server's own group, which it must be allowed to write */
export function createV2Root(own: string, poolName: string): CgroupRoot {
  const controllers = enableControllers(own);
  const pool = join(own, poolName);
  mkdirSync(pool, { recursive: true });
  for (const name of controllerNames) {
    if (controllers[name]) writeValue(pool, "cgroup.subtree_control", `+${name}`);
  }
  return {
    version: "v2",
    controllers,
    create(name) {
      const folder = join(pool, name);
      mkdirSync(folder, { recursive: true });
      return new V2CellGroup(folder, controllers);
    },
    removeStale: () => removeChildGroups(pool),
    close: () => removeGroup(pool),
  };
}
