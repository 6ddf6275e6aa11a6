/**
 * The folder of one cell: `in`, where the cell makes its socket, and `out`, where the server does.
 *
 * Invariant: when cells have users of their own, the cell's folder and all above it belong to the
 * jailer, so that neither a cell nor the server can put something else in the place of `in` or `out`.
 * The cell may write `in` and pass through `out`; the server may write `out` and pass through `in`;
 * nobody else may do either. What is made there belongs to the other's group.
 */

import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";

export interface User {
  readonly uid: number;
  readonly gid: number;
}

const passThroughAndInherit = 0o2710;

export function makeCellFolder(folder: string, cell: User | undefined, server: User): void {
  mkdirSync(folder, { mode: cell === undefined ? 0o700 : 0o711 });
  for (const [name, owner, other] of [
    ["in", cell, server],
    ["out", server, cell],
  ] as const) {
    const path = join(folder, name);
    mkdirSync(path, { mode: 0o700 });
    if (owner === undefined || other === undefined) continue;
    chownSync(path, owner.uid, other.gid);
    chmodSync(path, passThroughAndInherit);
  }
  // A process may have a umask that takes away what the mode above gives.
  if (cell !== undefined) chmodSync(folder, 0o711);
}

/** A folder that its owner closed to itself can be opened by it again. */
function openUp(path: string): void {
  if (!lstatSync(path).isDirectory()) return;
  chmodSync(path, 0o700);
  for (const name of readdirSync(path)) openUp(join(path, name));
}

/**
 * With the rights of the folder's owner, who may still be at work in it: what it puts there can lead
 * the removal to nothing else. All threads of this process have those rights meanwhile.
 */
function emptyAsOwner(folder: string, { uid }: { readonly uid: number }): void {
  const own = process.geteuid?.() ?? uid;
  process.seteuid?.(uid);
  try {
    for (const name of readdirSync(folder)) {
      openUp(join(folder, name));
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  } finally {
    process.seteuid?.(own);
  }
}

/**
 * The cell must have ended. Where the server is another user than this process, it may not have: then
 * this throws when something in the server's part withstands its owner, and all of it stays.
 */
export function removeCellFolder(folder: string): void {
  const out = join(folder, "out");
  const status = statSync(out, { throwIfNoEntry: false });
  if (status !== undefined && status.uid !== process.geteuid?.()) {
    emptyAsOwner(out, status);
    rmdirSync(out);
  }
  rmSync(folder, { recursive: true, force: true });
}
