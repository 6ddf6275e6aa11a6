/**
 * Where sockets lie.
 *
 * Below the pool's own folder when every cell's user can reach it and its path is short enough for
 * a Unix socket; else below /run or the temporary folder, under a name that follows from the
 * pool's folder, so that a later start finds it again.
 */

import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { removeCellFolder } from "../jail/cell-folder.ts";
import { isOpenToAll } from "./engine.ts";
import { lockFolder } from "./folder-lock.ts";
import { makeOwnFolder } from "./own-folder.ts";

/** 107 bytes for a socket's path, less the longest name that we put below the folder. */
const maxFolderBytes = 80;
const stagedEngineFolder = "/var/tmp/berth-engine";

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

function nameOf(folder: string): string {
  const hash = createHash("sha256").update(resolve(folder)).digest("hex").slice(0, 12);
  return `berth-${hash}`;
}

/** Leftovers of a killed server; its cells died with it. */
function clear(path: string): void {
  const entries = lstatSync(path, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(path);
  let isEmpty = true;
  for (const name of entries) {
    try {
      removeCellFolder(join(path, name));
    } catch {
      // Something in it withstands its owner; no other cell will have that name.
      isEmpty = false;
    }
  }
  if (isEmpty) rmSync(path, { recursive: true, force: true });
}

/**
 * For a jailer that runs as a process of its own: beside the pool's folder, which belongs to the
 * server, and nothing of it is opened.
 *
 * @throws BerthError `DATA_FOLDER_LOCKED` when another jailer serves that folder
 */
export function openJailerFolder(folder: string): RuntimeFolder {
  const poolName = nameOf(folder);
  const base = join(findRuntimeBase(), `${poolName}.d`);
  makeOwnFolder(base, 0o711);
  const lock = lockFolder(base);
  const path = join(base, "c");
  clear(path);
  makeOwnFolder(path, 0o711);
  return {
    path,
    poolName,
    sharedPath: stagedEngineFolder,
    [Symbol.dispose]() {
      clear(path);
      lock[Symbol.dispose]();
      if (!existsSync(path)) rmSync(base, { recursive: true, force: true });
    },
  };
}

/** @param hasOwnUids - cells run as other users, who must be able to pass through, not to list */
export function openRuntimeFolder(folder: string, hasOwnUids: boolean): RuntimeFolder {
  const absolute = resolve(folder);
  const mode = hasOwnUids ? 0o711 : 0o700;
  makeOwnFolder(absolute, mode);
  const lock = lockFolder(absolute);
  const isShort = Buffer.byteLength(absolute) <= maxFolderBytes;
  const isUsable = isShort && (!hasOwnUids || isOpenToAll(absolute));
  const path = isUsable ? join(absolute, "c") : join(findRuntimeBase(), nameOf(absolute));
  clear(path);
  makeOwnFolder(path, mode);
  const sharedPath = isUsable ? join(absolute, "engine") : stagedEngineFolder;
  return {
    path,
    poolName: nameOf(absolute),
    sharedPath,
    [Symbol.dispose]() {
      clear(path);
      lock[Symbol.dispose]();
    },
  };
}
