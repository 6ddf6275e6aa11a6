/**
 * One process at a time in a folder.
 *
 * Holds an exclusive SQLite lock on a file: the kernel's own file lock, which ends with the process
 * however it ends, so nothing stale is ever to be judged or removed. The file stays where it is.
 */
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { BerthError } from "@berth/protocol";

export interface FolderLock {
  /** Idempotent. */
  release(): void;
}

const sqliteBusy = 5;

/**
 * @param path - of the lock's file, such as `folder/database.lock`; its folder is made when missing
 * @throws DATA_FOLDER_LOCKED naming the process that holds it; FILE_UNREADABLE when the file cannot be made
 */
export function acquireLock(path: string): FolderLock {
  const ownerPath = `${path}.pid`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = openLocked(path, ownerPath);
  writeFileSync(ownerPath, `${process.pid}\n`, { mode: 0o600 });
  let isHeld = true;
  return {
    release() {
      if (!isHeld) return;
      isHeld = false;
      rmSync(ownerPath, { force: true });
      database.close();
    },
  };
}

function openLocked(path: string, ownerPath: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    // Only ours: whoever else could open it could hold the lock, and keep us out.
    closeSync(openSync(path, "a", 0o600));
    chmodSync(path, 0o600);
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return database;
  } catch (cause) {
    database?.close();
    if ((cause as { errcode?: unknown }).errcode === sqliteBusy) {
      throw new BerthError(
        "DATA_FOLDER_LOCKED",
        `${dirname(path)} is in use by ${describeOwner(ownerPath)}; stop it, or choose another data folder.`,
        { cause, details: { folder: dirname(path) } },
      );
    }
    throw new BerthError(
      "FILE_UNREADABLE",
      `The lock ${path} cannot be taken; check that the folder is writable.`,
      { cause },
    );
  }
}

function describeOwner(path: string): string {
  try {
    const pid = readFileSync(path, "utf8").trim();
    return /^\d{1,10}$/.test(pid) ? `process ${pid}` : "another process";
  } catch {
    // The number only helps the reader of the message; the lock itself is certain.
    return "another process";
  }
}
