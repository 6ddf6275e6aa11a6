/** Finds out which control groups this process may make children of. */

import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { CgroupRoot } from "./cgroup.ts";
import { findField } from "./group-files.ts";
import { createPolledRoot } from "./polled.ts";
import { createV1Root, type V1Hierarchies } from "./v1.ts";
import { createV2Root, supervisorGroup } from "./v2.ts";

interface Mount {
  readonly point: string;
  /** Which part of the hierarchy is mounted there. */
  readonly root: string;
  readonly type: string;
  readonly options: readonly string[];
}

function readMounts(): Mount[] {
  const mounts: Mount[] = [];
  for (const line of readFileSync("/proc/self/mountinfo", "utf8").split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const [type = "", , options = ""] = right.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") continue;
    const [, , , root = "/", point = ""] = left.split(" ");
    mounts.push({ point, root, type, options: options.split(",") });
  }
  return mounts;
}

/** Controller to path, as the kernel lists it; version 2 under the empty name. */
function readPaths(pid: number | "self"): Map<string, string> {
  const paths = new Map<string, string>();
  for (const line of readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n")) {
    const [, controllers, ...path] = line.split(":");
    if (controllers === undefined) continue;
    for (const name of controllers.split(",")) paths.set(name, path.join(":"));
  }
  return paths;
}

/** In a container the mount may show a part of the hierarchy only, with paths told from its root. */
function ownFolder(mount: Mount, path: string): string {
  const isBelow = path === mount.root || path.startsWith(`${mount.root.replace(/\/$/, "")}/`);
  return join(mount.point, isBelow ? path.slice(mount.root.replace(/\/$/, "").length) : "/");
}

function canMakeGroup(folder: string): boolean {
  const probe = join(folder, `berth-probe-${process.pid}`);
  try {
    accessSync(folder, constants.W_OK);
    mkdirSync(probe);
    rmdirSync(probe);
    return true;
  } catch {
    // Not ours to write: the answer is no.
    return false;
  }
}

function findV1(mounts: readonly Mount[], own: Map<string, string>): V1Hierarchies {
  const find = (controller: string): string | undefined => {
    const mount = mounts.find((m) => m.type === "cgroup" && m.options.includes(controller));
    if (mount === undefined) return undefined;
    const folder = ownFolder(mount, own.get(controller) ?? "/");
    return canMakeGroup(folder) ? folder : undefined;
  };
  return {
    memory: find("memory"),
    cpu: find("cpu"),
    cpuacct: find("cpuacct"),
    pids: find("pids"),
  };
}

function findV2(mounts: readonly Mount[], own: Map<string, string>): string | undefined {
  const mount = mounts.find((m) => m.type === "cgroup2");
  if (mount === undefined) return undefined;
  const found = ownFolder(mount, own.get("") ?? "/");
  // A process that an earlier server moved there, or its child, belongs to the group above.
  const folder = basename(found) === supervisorGroup ? dirname(found) : found;
  return canMakeGroup(folder) ? folder : undefined;
}

/** Beside version 1, version 2 is often mounted without any controller that limits. */
function hasMemory(folder: string): boolean {
  return readFileSync(join(folder, "cgroup.controllers"), "utf8").split(/\s+/).includes("memory");
}

/** What could be used, for a report; changes nothing. */
export function describeCgroup(): {
  readonly version: "v1" | "v2" | "none";
  readonly missing: readonly string[];
} {
  if (process.platform !== "linux") return { version: "none", missing: ["memory", "cpu", "pids"] };
  const mounts = readMounts();
  const own = readPaths("self");
  const v1 = findV1(mounts, own);
  if (v1.memory !== undefined) {
    const missing = Object.entries(v1).filter(([, folder]) => folder === undefined);
    return { version: "v1", missing: missing.map(([name]) => name) };
  }
  const v2 = findV2(mounts, own);
  if (v2 === undefined || !hasMemory(v2))
    return { version: "none", missing: ["memory", "cpu", "pids"] };
  const available = readFileSync(join(v2, "cgroup.controllers"), "utf8").split(/\s+/);
  return {
    version: "v2",
    missing: ["memory", "cpu", "pids"].filter((name) => !available.includes(name)),
  };
}

/** @param poolName - the same at each start of the same server, so that leftovers are found */
export function findCgroupRoot(poolName: string): CgroupRoot {
  if (process.platform !== "linux") return createPolledRoot();
  const mounts = readMounts();
  const own = readPaths("self");
  const v1 = findV1(mounts, own);
  if (v1.memory !== undefined) return createV1Root(v1, poolName);
  const v2 = findV2(mounts, own);
  return v2 === undefined || !hasMemory(v2) ? createPolledRoot() : createV2Root(v2, poolName);
}

export interface CpuBurst {
  readonly allowedMs: number;
  /** Spent above the share so far, in so many periods. */
  readonly usedMs: number;
  readonly count: number;
}

/** What the kernel lets this process's group save up; undefined when it knows no bursts. */
export function findCpuBurst(pid: number): CpuBurst | undefined {
  const mounts = readMounts();
  const paths = readPaths(pid);
  const v1 = mounts.find((m) => m.type === "cgroup" && m.options.includes("cpu"));
  const v2 = mounts.find((m) => m.type === "cgroup2");
  const [mount, path, file, unit] =
    v1 === undefined
      ? ([v2, paths.get(""), "cpu.max.burst", "burst_usec"] as const)
      : ([v1, paths.get("cpu"), "cpu.cfs_burst_us", "burst_time"] as const);
  if (mount === undefined || path === undefined) return undefined;
  const folder = ownFolder(mount, path);
  const stat = readFileSync(join(folder, "cpu.stat"), "utf8");
  if (!existsSync(join(folder, file))) return undefined;
  return {
    allowedMs: Number(readFileSync(join(folder, file), "utf8")) / 1_000,
    usedMs: findField(stat, unit) / (unit === "burst_usec" ? 1_000 : 1_000_000),
    count: findField(stat, "nr_bursts"),
  };
}
