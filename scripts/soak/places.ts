/**
 * Where one running Berth keeps what belongs to its cells, learned from a cell that it lists.
 *
 * Nothing is assumed about names: the control groups are those that the cell's process is in, the
 * folder is the one that its socket was bound in.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Berth } from "@berth/server";

export interface Places {
  /** The pool's control groups, one for each hierarchy; none on a host without. */
  readonly groups: readonly string[];
  /** Holds a folder for each cell. */
  readonly sockets: string;
}

/** Folders of all mounted hierarchies in which `path` may lie. */
function findGroups(pid: number): string[] {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => line.split(" "));
  const found = new Set<string>();
  for (const line of readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n")) {
    const [, controllers = "", ...rest] = line.split(":");
    const path = rest.join(":");
    for (const [, , , root = "/", point = "", ...more] of mounts) {
      const isOfController = controllers
        .split(",")
        .every((name) => name === "" || more.join(" ").includes(name));
      const below = root !== "/" && path.startsWith(root) ? path.slice(root.length) : path;
      const folder = join(point, below);
      if (isOfController && existsSync(join(folder, "cgroup.procs"))) found.add(folder);
    }
  }
  return [...found];
}

/** Listening paths of Unix sockets, as this network namespace knows them. */
export function listSocketPaths(): string[] {
  return readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .map((line) => line.slice(line.indexOf("/")))
    .filter((path) => path.startsWith("/"));
}

/** @throws Error when no cell is listed yet, or its socket cannot be found */
export function findPlaces(cells: Berth["cells"]): Places {
  const [cell] = cells.list();
  if (cell === undefined) throw new Error("No cell is running, so none can be looked at.");
  const socket = listSocketPaths().find((path) => path.includes(`/${cell.id}/`));
  if (socket === undefined) throw new Error(`The cell ${cell.id} has no socket on this host.`);
  const groups = findGroups(cell.pid)
    .filter((group) => group.endsWith(`/${cell.id}`))
    .map((group) => dirname(group));
  return { groups: [...new Set(groups)], sockets: socket.slice(0, socket.indexOf(`/${cell.id}/`)) };
}
