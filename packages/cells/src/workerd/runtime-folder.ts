/**
 * Where sockets lie.
 *
 * Below the pool's own folder when every cell's user can reach it and its path is short enough for
 * a Unix socket; else below /run or the temporary folder, under a name that follows from the
 * pool's folder, so that a later start finds it again.
 */

import { createHash } from "node:crypto";
import { lstatSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isOpenToAll } from "./engine.ts";
import { lockFolder } from "./folder-lock.ts";
import { makeOwnFolder } from "./own-folder.ts";

/** 107 bytes for a socket's path, less the longest name that we put below the folder. */
const maxFolderBytes = 80;

export interface RuntimeFolder extends Disposable {
  readonly path: string;
  /** Stable for one pool folder; names its control group. */
  readonly poolName: string;
  /** For what is kept between starts and every cell's user may read. */
  readonly sharedPath: string;
}

function findRuntimeBase(): string {
  const isRoot = process.getuid?.() === 0;
  return isRoot && lstatSync("/run", { throwIfNoEntry: false })?.isDirectory() ? "/run" : tmpdir();
}

/** @param hasOwnUids - cells run as other users, who must be able to pass through, not to list */
export function openRuntimeFolder(folder: string, hasOwnUids: boolean): RuntimeFolder {
  const absolute = resolve(folder);
  const hash = createHash("sha256").update(absolute).digest("hex").slice(0, 12);
  const mode = hasOwnUids ? 0o711 : 0o700;
  makeOwnFolder(absolute, mode);
  const lock = lockFolder(absolute);
  const isShort = Buffer.byteLength(absolute) <= maxFolderBytes;
  const isUsable = isShort && (!hasOwnUids || isOpenToAll(absolute));
  const path = isUsable ? join(absolute, "c") : join(findRuntimeBase(), `berth-${hash}`);
  // Leftovers of a killed server; its cells died with it.
  rmSync(path, { recursive: true, force: true });
  makeOwnFolder(path, mode);
  const sharedPath = isUsable ? join(absolute, "engine") : "/var/tmp/berth-engine";
  return {
    path,
    poolName: `berth-${hash}`,
    sharedPath,
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true });
      lock[Symbol.dispose]();
    },
  };
}
