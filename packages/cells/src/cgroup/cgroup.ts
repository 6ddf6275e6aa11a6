/** The seam to resource limits: the kernel's control groups, version 1 or 2, or polling. */

export interface CgroupLimits {
  readonly memoryBytes: number;
  readonly cpuPercent: number;
  /** Saved up while idle; the kernel takes at most what the share gives in one period, 100 ms. */
  readonly cpuBurstMs: number;
  readonly pids: number;
}

/** Where the files of a group are; those of limits may be written by the user it was shared with. */
export type SharedGroup =
  | {
      readonly version: "v1";
      readonly memory: string | undefined;
      readonly cpu: string | undefined;
      readonly cpuacct: string | undefined;
      readonly pids: string | undefined;
    }
  | { readonly version: "v2"; readonly folder: string; readonly controllers: CgroupControllers }
  /** There is none: who made it polls. */
  | { readonly version: "none" };

/** The group of one cell. */
export interface CellCgroup {
  add(pid: number): void;
  setLimits(limits: CgroupLimits): void;
  readCpuMs(): number;
  /** Without page cache, which is the engine's binary for the most part and can be reclaimed. */
  readMemoryBytes(): number;
  /** How often the kernel killed a process in it for want of memory. */
  readOomKills(): number;
  /** Lets a user set the limits, not choose the members; gives what `openSharedGroup` takes. */
  share(uid: number): SharedGroup;
  /** Ends every process in it, at once. */
  killAll(): void;
  /** Removes the group once its processes are gone; gives up after about half a second. */
  remove(): Promise<void>;
}

/** What a process reads and limits a cell by that did not make its group. */
export type CellGauges = Omit<CellCgroup, "add" | "share" | "killAll" | "remove">;

export interface CgroupControllers {
  readonly memory: boolean;
  readonly cpu: boolean;
  readonly pids: boolean;
}

export interface CgroupRoot {
  /** `none`: processes are polled, and limits coarser. */
  readonly version: "v1" | "v2" | "none";
  readonly controllers: CgroupControllers;
  create(name: string): CellCgroup;
  /** Kills what is left in groups of an earlier pool of the same name and removes them. */
  removeStale(): Promise<number>;
  /** Removes the pool's own, empty, group. */
  close(): Promise<void>;
}
