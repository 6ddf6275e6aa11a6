/** Reading, writing and removing the files and folders of a cgroup file system. */

import {
  chownSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const removeAttempts = 1_000;
const removeRetryMs = 5;

/** A file that is read often: kept open, read from its start each time. */
export class GaugeFile {
  readonly #descriptor: number;
  readonly #buffer = Buffer.alloc(4096);
  #isClosed = false;

  constructor(path: string) {
    this.#descriptor = openSync(path, "r");
  }

  read(): string {
    if (this.#isClosed) return "";
    const length = readSync(this.#descriptor, this.#buffer, 0, this.#buffer.length, 0);
    return this.#buffer.toString("latin1", 0, length);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#descriptor);
  }
}

/** The number after `name` in lines of the form `name number`; 0 when it is not there. */
export function findField(text: string, name: string): number {
  for (const line of text.split("\n")) {
    if (line.startsWith(name) && line[name.length] === " ") return Number(line.slice(name.length));
  }
  return 0;
}

export function writeValue(folder: string, file: string, value: number | string): void {
  writeFileSync(join(folder, file), String(value));
}

/** For files that not every kernel has. */
export function tryWriteValue(folder: string, file: string, value: number | string): boolean {
  try {
    writeValue(folder, file, value);
    return true;
  } catch {
    // Swap accounting, for one, is a boot option; the limit beside it still holds.
    return false;
  }
}

/** Those of the files that this kernel has. */
export function giveFiles(folder: string, files: readonly string[], uid: number): void {
  for (const file of files) {
    try {
      chownSync(join(folder, file), uid, -1);
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error;
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The kernel keeps a group busy until its last process is reaped and tells nobody when. */
export async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; attempt < removeAttempts; attempt += 1) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if (hasCode(error, "ENOENT")) return;
      if (!hasCode(error, "EBUSY")) throw error;
    }
    await delay(removeRetryMs);
  }
}

function readMembers(folder: string): string[] {
  try {
    return readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n");
  } catch (error) {
    // ENODEV: removed while it was being read.
    if (hasCode(error, "ENOENT") || hasCode(error, "ENODEV")) return [];
    throw error;
  }
}

export function killMembers(folder: string): void {
  for (const line of readMembers(folder)) {
    const pid = Number(line);
    if (pid <= 1 || pid === process.pid) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself between the reading and the signal.
    }
  }
}

/** Ends and removes every group right below `folder`. */
export async function removeChildGroups(folder: string): Promise<number> {
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return 0;
    throw error;
  }
  for (const name of names) {
    killMembers(join(folder, name));
    await removeGroup(join(folder, name));
  }
  return names.length;
}
