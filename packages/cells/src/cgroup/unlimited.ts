/** Where no cgroup can be written: nothing is limited, only measured from /proc. */

import { readFileSync } from "node:fs";
import type { CellCgroup, CgroupRoot } from "./cgroup.ts";

const clockTicksPerSecond = 100;
const pageBytes = 4096;

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // The process is gone; a measurement of nothing is empty.
    return "";
  }
}

/** A process and all below it. */
function familyOf(pid: number): number[] {
  const children = readProc(pid, `task/${pid}/children`).split(" ").map(Number);
  return [pid, ...children.filter((child) => child > 0).flatMap(familyOf)];
}

class MeasuredGroup implements CellCgroup {
  #pids: number[] = [];
  #lastCpuMs = 0;

  add(pid: number): void {
    this.#pids.push(pid);
  }

  setLimits(): void {}

  #family(): Set<number> {
    return new Set(this.#pids.flatMap(familyOf));
  }

  readCpuMs(): number {
    let ticks = 0;
    for (const pid of this.#family()) {
      // The second field may hold spaces; the fields after it are counted from its bracket.
      const fields = readProc(pid, "stat").split(") ").at(-1)?.split(" ") ?? [];
      ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
    }
    this.#lastCpuMs = Math.max(this.#lastCpuMs, (ticks * 1000) / clockTicksPerSecond);
    return this.#lastCpuMs;
  }

  readMemoryBytes(): number {
    let pages = 0;
    for (const pid of this.#family()) {
      const [, resident = 0, shared = 0] = readProc(pid, "statm").split(" ").map(Number);
      pages += resident - shared;
    }
    return pages * pageBytes;
  }

  readOomKills(): number {
    return 0;
  }

  remove(): Promise<void> {
    return Promise.resolve();
  }
}

export function createUnlimitedRoot(): CgroupRoot {
  return {
    version: "none",
    controllers: { memory: false, cpu: false, pids: false },
    create: () => new MeasuredGroup(),
    removeStale: () => Promise.resolve(0),
    close: () => Promise.resolve(),
  };
}
