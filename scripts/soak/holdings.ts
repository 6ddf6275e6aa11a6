/** What the process holds of the host: children, descriptors, sockets, control groups, folders. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { listSocketPaths, type Places } from "./places.ts";

export interface Holdings {
  /** Below this process, or in one of its cells' control groups. */
  readonly processes: number;
  readonly engines: number;
  /** Open descriptors by kind, but those of the embedded database's files. */
  readonly descriptors: ReadonlyMap<string, number>;
  readonly socketPaths: number;
  /** Names of cells that have a control group. */
  readonly groups: readonly string[];
  /** Names in the folder where each cell has one. */
  readonly folders: readonly string[];
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process or the group is gone.
    return "";
  }
}

function listFolders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function listDescendants(pid: number): number[] {
  const tasks = existsSync(`/proc/${pid}/task`) ? readdirSync(`/proc/${pid}/task`) : [];
  const children = tasks.flatMap((task) =>
    readOrEmpty(`/proc/${pid}/task/${task}/children`).split(" ").map(Number),
  );
  return children
    .filter((child) => child > 0)
    .flatMap((child) => [child, ...listDescendants(child)]);
}

/** `socket`, `pipe` and the like, or the last part of a file's path. */
function kindOf(target: string): string {
  const [kind = ""] = target.split(":");
  return target.startsWith("/") ? (target.split("/").at(-1) ?? target) : kind;
}

function countDescriptors(databaseFolder: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of readdirSync("/proc/self/fd")) {
    try {
      const target = readlinkSync(`/proc/self/fd/${name}`);
      if (target.startsWith(databaseFolder)) continue;
      const kind = kindOf(target);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    } catch {
      // The descriptor by which the folder itself was read.
    }
  }
  return counts;
}

export function countAll(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** @param places - undefined before there is a Berth, and so no cells */
export function takeStock(places: Places | undefined, databaseFolder: string): Holdings {
  const groupFolders = places?.groups ?? [];
  const groups = new Set(groupFolders.flatMap((folder) => listFolders(folder)));
  const members = groupFolders.flatMap((folder) =>
    listFolders(folder).flatMap((name) =>
      readOrEmpty(join(folder, name, "cgroup.procs"))
        .trim()
        .split("\n")
        .map(Number),
    ),
  );
  const processes = new Set([...listDescendants(process.pid), ...members.filter((pid) => pid > 0)]);
  const isEngine = (pid: number) => readOrEmpty(`/proc/${pid}/comm`).startsWith("workerd");
  return {
    processes: processes.size,
    engines: [...processes].filter(isEngine).length,
    descriptors: countDescriptors(databaseFolder),
    socketPaths:
      places === undefined
        ? 0
        : listSocketPaths().filter((path) => path.startsWith(`${places.sockets}/`)).length,
    groups: [...groups],
    folders: places === undefined ? [] : listFolders(places.sockets),
  };
}
