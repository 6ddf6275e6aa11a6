/** A process and what it started, measured from /proc. */

import { readFileSync } from "node:fs";
import { GaugeFile } from "./group-files.ts";

const clockTicksPerSecond = 100;
const pageBytes = 4096;

export interface FamilyUse {
  /** Also of members that have ended. In steps of 10. */
  readonly cpuMs: number;
  /** Resident and not shared with files. */
  readonly memoryBytes: number;
  readonly threads: number;
}

interface Member {
  readonly stat: GaugeFile;
  readonly statm: GaugeFile;
  cpuMs: number;
}

function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return children
      .split(" ")
      .map(Number)
      .filter((child) => child > 0);
  } catch {
    // The process is gone, and so are its children's ties to it.
    return [];
  }
}

function openMember(pid: number): Member | undefined {
  try {
    const stat = new GaugeFile(`/proc/${pid}/stat`);
    try {
      return { stat, statm: new GaugeFile(`/proc/${pid}/statm`), cpuMs: 0 };
    } catch {
      // It ended between the two.
      stat.close();
      return undefined;
    }
  } catch {
    // It ended before it could be looked at.
    return undefined;
  }
}

/** An open file of /proc stays with its process, so a number that is given anew is not mistaken. */
export class ProcessFamily {
  readonly #roots = new Set<number>();
  readonly #members = new Map<number, Member>();
  #pastCpuMs = 0;

  addRoot(pid: number): void {
    this.#roots.add(pid);
    this.scan();
  }

  /** Takes in what was started since. */
  scan(): void {
    const waiting = [...this.#roots];
    for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
      if (!this.#members.has(pid)) {
        const member = openMember(pid);
        if (member !== undefined) this.#members.set(pid, member);
      }
      waiting.push(...childrenOf(pid).filter((child) => !this.#roots.has(child)));
    }
  }

  read(): FamilyUse {
    let { cpuMs, memoryBytes, threads } = { cpuMs: 0, memoryBytes: 0, threads: 0 };
    for (const [pid, member] of this.#members) {
      try {
        // The second field may hold spaces; the fields after it are counted from its bracket.
        const fields = member.stat.read().split(") ").at(-1)?.split(" ") ?? [];
        const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
        member.cpuMs = Math.max(member.cpuMs, (ticks * 1_000) / clockTicksPerSecond);
        threads += Number(fields[17] ?? 0);
        const [, resident = 0, shared = 0] = member.statm.read().split(" ").map(Number);
        memoryBytes += Math.max(0, resident - shared) * pageBytes;
        cpuMs += member.cpuMs;
      } catch {
        // It has ended; what it used stays in the sum.
        this.#drop(pid, member);
      }
    }
    return { cpuMs: cpuMs + this.#pastCpuMs, memoryBytes, threads };
  }

  #drop(pid: number, member: Member): void {
    this.#pastCpuMs += member.cpuMs;
    member.stat.close();
    member.statm.close();
    this.#members.delete(pid);
    this.#roots.delete(pid);
  }

  /** @param which - `leaves`: without the roots, as long as there are others */
  signal(name: NodeJS.Signals, which: "all" | "leaves"): void {
    const all = [...this.#members.keys()];
    const leaves = all.filter((pid) => !this.#roots.has(pid));
    for (const pid of which === "leaves" && leaves.length > 0 ? leaves : all) {
      try {
        process.kill(pid, name);
      } catch {
        // It ended by itself.
      }
    }
  }

  close(): void {
    for (const [pid, member] of this.#members) this.#drop(pid, member);
  }
}
