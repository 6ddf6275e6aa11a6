/**
 * Limits where no control group can be written: each cell's processes are looked at many times a
 * second, ended when they hold too much memory, and stopped and continued to keep their share.
 *
 * Coarser than the kernel's limits, and said to be so (`degraded`): between two looks a cell may
 * allocate what its thread can in 20 ms (100 ms after a rest), and longer when this process is busy.
 * Invariant: a cell is never stopped for more than two seconds at a time, so that its ping, which is
 * given ten, tells a throttled cell from a hung one.
 */

import type { CellCgroup, CgroupLimits, CgroupRoot, SharedGroup } from "./cgroup.ts";
import { ProcessFamily } from "./process-family.ts";

const lookEveryMs = 20;
/** New processes are looked for at every so many looks, and at the first ones. */
const looksPerScan = 10;
/** After so many looks without any processor time only every fifth is taken. */
const restingLooks = 10;
const looksSkippedAtRest = 5;
const periodMs = 100;
const longestStopMs = 2_000;

class PolledGroup implements CellCgroup {
  readonly #family = new ProcessFamily();
  readonly #now: () => number;
  readonly #onRemoved: (group: PolledGroup) => void;
  #limits: CgroupLimits | undefined;
  #looks = 0;
  #quietLooks = 0;
  #isStopped = false;
  #kills = 0;
  /** Processor time that may be used at once; below zero the cell is stopped. */
  #balanceMs = 0;
  #lastCpuMs = 0;
  #lastAt: number;

  constructor(now: () => number, onRemoved: (group: PolledGroup) => void) {
    this.#now = now;
    this.#onRemoved = onRemoved;
    this.#lastAt = now();
  }

  add(pid: number): void {
    this.#family.addRoot(pid);
  }

  setLimits(limits: CgroupLimits): void {
    this.#limits = limits;
  }

  look(): void {
    this.#looks += 1;
    const isResting = this.#quietLooks > restingLooks && !this.#isStopped;
    if (isResting && this.#looks % looksSkippedAtRest !== 0) return;
    if (this.#looks < looksPerScan || this.#looks % looksPerScan === 0) this.#family.scan();
    const { cpuMs, memoryBytes, threads } = this.#family.read();
    const limits = this.#limits;
    if (limits === undefined) return;
    if (memoryBytes > limits.memoryBytes || threads > limits.pids) {
      if (memoryBytes > limits.memoryBytes) this.#kills += 1;
      this.#family.signal("SIGKILL", "all");
      return;
    }
    this.#keepShare(cpuMs, limits);
  }

  #keepShare(cpuMs: number, { cpuPercent, cpuBurstMs }: CgroupLimits): void {
    const now = this.#now();
    const share = cpuPercent / 100;
    const usedMs = cpuMs - this.#lastCpuMs;
    const earnedMs = (now - this.#lastAt) * share;
    this.#lastAt = now;
    this.#lastCpuMs = cpuMs;
    this.#quietLooks = usedMs > 0 ? 0 : this.#quietLooks + 1;
    const most = periodMs * share + Math.min(cpuBurstMs, periodMs * share);
    const least = -longestStopMs * share;
    this.#balanceMs = Math.max(least, Math.min(most, this.#balanceMs + earnedMs - usedMs));
    const mustStop = this.#balanceMs < 0;
    if (mustStop === this.#isStopped) return;
    this.#isStopped = mustStop;
    this.#family.signal(mustStop ? "SIGSTOP" : "SIGCONT", "leaves");
  }

  readCpuMs(): number {
    return this.#family.read().cpuMs;
  }

  readMemoryBytes(): number {
    return this.#family.read().memoryBytes;
  }

  readOomKills(): number {
    return this.#kills;
  }

  share(): SharedGroup {
    return { version: "none" };
  }

  killAll(): void {
    this.#family.scan();
    this.#family.signal("SIGKILL", "all");
  }

  remove(): Promise<void> {
    this.#onRemoved(this);
    this.#family.close();
    return Promise.resolve();
  }
}

/** @param now - milliseconds that never go back */
export function createPolledRoot(now: () => number = () => performance.now()): CgroupRoot {
  const groups = new Set<PolledGroup>();
  let timer: NodeJS.Timeout | undefined;

  function forget(group: PolledGroup): void {
    groups.delete(group);
    if (groups.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    version: "none",
    controllers: { memory: false, cpu: false, pids: false },
    create() {
      const group = new PolledGroup(now, forget);
      groups.add(group);
      timer ??= setInterval(() => {
        for (const each of groups) each.look();
      }, lookEveryMs);
      return group;
    },
    removeStale: () => Promise.resolve(0),
    close: () => Promise.resolve(),
  };
}
