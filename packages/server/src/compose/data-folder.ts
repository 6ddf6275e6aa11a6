/**
 * The data folder as a whole: who uses it, and what this node is called.
 *
 * It has two places, each with a lock, a node name and sub-folders of its own, so that for the time of
 * a hand-over two processes can have it: the one that serves and its successor. A process that is no
 * successor takes the folder only when both places are free.
 * Invariant: while a place's lock is held no other process has the place, so leases under its name
 * are its own or of a process that is dead.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BerthError, isBerthError } from "@berth/protocol";
import { acquireLock, type FolderLock } from "../storage/lock.ts";

export interface DataFolder {
  readonly nodeId: string;
  readonly lock: FolderLock;
  /** Sub-folders of this place: what only one process may use lies there. */
  readonly cellsFolder: string;
  readonly uploadsFolder: string;
  /** Decisions that are on their way to the audit log; never cleared, but taken up. */
  readonly spoolFolder: string;
  /** 0 or 1: tells the two places apart where a number is needed. */
  readonly place: number;
  readonly other: OtherPlace;
}

export interface OtherPlace {
  readonly nodeId: string;
  readonly cellsFolder: string;
  readonly uploadsFolder: string;
  readonly spoolFolder: string;
  /** True when no process has it. */
  isFree(): boolean;
}

export interface DataFolderOptions {
  readonly folder: string;
  readonly random: (bytes: number) => Uint8Array;
  /** Takes whichever place the one that serves has not. */
  readonly isSuccessor: boolean;
}

const nodeIdPattern = /^node-[0-9a-f]{24}$/;
const suffixes = ["", "-2"] as const;

/**
 * @throws DATA_FOLDER_LOCKED naming the process that has it; FILE_UNREADABLE when it cannot be made;
 * HAND_OVER_IMPOSSIBLE when two processes have it already
 */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const { folder, random } = options;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BerthError(
      "FILE_UNREADABLE",
      `The data folder ${folder} cannot be made (${(cause as NodeJS.ErrnoException).code}); choose another.`,
      { cause },
    );
  }
  const { place, lock } = options.isSuccessor ? takeFreePlace(folder) : takeWhole(folder);
  try {
    const name = await openNodeId(join(folder, "node-id"), random);
    const { isFree, ...own } = placeOf(folder, name, place);
    return { ...own, lock, place, other: placeOf(folder, name, 1 - place) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

const lockFile = (folder: string, place: number) => join(folder, `berth${suffixes[place]}.lock`);

function takeWhole(folder: string): { readonly place: number; readonly lock: FolderLock } {
  const lock = acquireLock(lockFile(folder, 0));
  try {
    // Made by the first hand-over only.
    if (existsSync(lockFile(folder, 1))) acquireLock(lockFile(folder, 1)).release();
    return { place: 0, lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function takeFreePlace(folder: string): { readonly place: number; readonly lock: FolderLock } {
  for (const place of [0, 1]) {
    try {
      return { place, lock: acquireLock(lockFile(folder, place)) };
    } catch (error) {
      if (!isBerthError(error, "DATA_FOLDER_LOCKED")) throw error;
    }
  }
  throw new BerthError(
    "HAND_OVER_IMPOSSIBLE",
    `Two processes use ${folder} already: one still ends what it began; try again when it has ended.`,
  );
}

function placeOf(folder: string, name: string, place: number): OtherPlace {
  const suffix = suffixes[place] ?? "";
  return {
    nodeId: `${name}${suffix}`,
    cellsFolder: join(folder, `cells${suffix}`),
    uploadsFolder: join(folder, `uploads${suffix}`),
    spoolFolder: join(folder, `audit-spool${suffix}`),
    isFree() {
      if (!existsSync(lockFile(folder, place))) return true;
      try {
        acquireLock(lockFile(folder, place)).release();
        return true;
      } catch (error) {
        if (isBerthError(error, "DATA_FOLDER_LOCKED")) return false;
        throw error;
      }
    },
  };
}

async function openNodeId(path: string, random: (bytes: number) => Uint8Array): Promise<string> {
  // A file that is missing or torn gets a new name: then old leases run out by their time.
  const text = await readFile(path, "utf8").catch(() => "");
  if (nodeIdPattern.test(text)) return text;
  const id = `node-${Buffer.from(random(12)).toString("hex")}`;
  await writeFile(`${path}.new`, id, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return id;
}
