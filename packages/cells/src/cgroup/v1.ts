/** Control groups, version 1: one hierarchy per controller, below the server's own group. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { CellCgroup, CgroupLimits, CgroupRoot, SharedGroup } from "./cgroup.ts";
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

const nanosecondsPerMs = 1_000_000;
const microsecondsPerMs = 1_000;
const cpuPeriodUs = 100_000;

/** Each is the server's own group in that hierarchy; undefined where it cannot be written. */
export interface V1Hierarchies {
  readonly memory: string | undefined;
  readonly cpu: string | undefined;
  readonly cpuacct: string | undefined;
  readonly pids: string | undefined;
}

export class V1CellGroup implements CellCgroup {
  readonly #folders: V1Hierarchies;
  readonly #cpuUsage: GaugeFile | undefined;
  readonly #memoryStat: GaugeFile | undefined;
  readonly #oomControl: GaugeFile | undefined;

  constructor({ memory, cpu, cpuacct, pids }: V1Hierarchies) {
    this.#folders = { memory, cpu, cpuacct, pids };
    if (cpuacct !== undefined) this.#cpuUsage = new GaugeFile(join(cpuacct, "cpuacct.usage"));
    if (memory === undefined) return;
    this.#memoryStat = new GaugeFile(join(memory, "memory.stat"));
    this.#oomControl = new GaugeFile(join(memory, "memory.oom_control"));
  }

  #all(): string[] {
    return [...new Set(Object.values(this.#folders))].filter((folder) => folder !== undefined);
  }

  add(pid: number): void {
    for (const folder of this.#all()) writeValue(folder, "cgroup.procs", pid);
  }

  setLimits({ memoryBytes, cpuPercent, cpuBurstMs, pids }: CgroupLimits): void {
    const { memory, cpu, pids: pidsFolder } = this.#folders;
    if (memory !== undefined) {
      // The limit with swap may never be below the one without: lift it first, then set both.
      tryWriteValue(memory, "memory.memsw.limit_in_bytes", -1);
      writeValue(memory, "memory.limit_in_bytes", memoryBytes);
      tryWriteValue(memory, "memory.memsw.limit_in_bytes", memoryBytes);
    }
    if (cpu !== undefined) {
      const quotaUs = Math.round((cpuPeriodUs * cpuPercent) / 100);
      // A burst may never be above the quota, an earlier one included.
      tryWriteValue(cpu, "cpu.cfs_burst_us", 0);
      writeValue(cpu, "cpu.cfs_period_us", cpuPeriodUs);
      writeValue(cpu, "cpu.cfs_quota_us", quotaUs);
      tryWriteValue(cpu, "cpu.cfs_burst_us", Math.min(quotaUs, cpuBurstMs * microsecondsPerMs));
    }
    if (pidsFolder !== undefined) writeValue(pidsFolder, "pids.max", pids);
  }

  readCpuMs(): number {
    return Number(this.#cpuUsage?.read() ?? 0) / nanosecondsPerMs;
  }

  readMemoryBytes(): number {
    return findField(this.#memoryStat?.read() ?? "", "total_rss");
  }

  readOomKills(): number {
    return findField(this.#oomControl?.read() ?? "", "oom_kill");
  }

  share(uid: number): SharedGroup {
    const { memory, cpu, pids } = this.#folders;
    const memoryFiles = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"];
    const cpuFiles = ["cpu.cfs_burst_us", "cpu.cfs_period_us", "cpu.cfs_quota_us"];
    if (memory !== undefined) giveFiles(memory, memoryFiles, uid);
    if (cpu !== undefined) giveFiles(cpu, cpuFiles, uid);
    if (pids !== undefined) giveFiles(pids, ["pids.max"], uid);
    return { version: "v1", ...this.#folders };
  }

  killAll(): void {
    for (const folder of this.#all()) killMembers(folder);
  }

  close(): void {
    this.#cpuUsage?.close();
    this.#memoryStat?.close();
    this.#oomControl?.close();
  }

  async remove(): Promise<void> {
    this.close();
    for (const folder of this.#all()) await removeGroup(folder);
  }
}

function below(parent: string | undefined, name: string): string | undefined {
  if (parent === undefined) return undefined;
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function allBelow(own: V1Hierarchies, name: string): V1Hierarchies {
  return {
    memory: below(own.memory, name),
    cpu: below(own.cpu, name),
    cpuacct: below(own.cpuacct, name),
    pids: below(own.pids, name),
  };
}

export function createV1Root(own: V1Hierarchies, poolName: string): CgroupRoot {
  const pool = allBelow(own, poolName);
  const folders = [...new Set(Object.values(pool))].filter((folder) => folder !== undefined);
  return {
    version: "v1",
    controllers: {
      memory: own.memory !== undefined,
      cpu: own.cpu !== undefined,
      pids: own.pids !== undefined,
    },
    create: (name) => new V1CellGroup(allBelow(pool, name)),
    async removeStale() {
      let most = 0;
      for (const folder of folders) most = Math.max(most, await removeChildGroups(folder));
      return most;
    },
    async close() {
      for (const folder of folders) await removeGroup(folder);
    },
  };
}
