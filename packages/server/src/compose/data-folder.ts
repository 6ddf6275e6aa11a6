/**
 * The data folder as a whole: who uses it, and what this node is called.
 *
 * Invariant: while the lock is held no other process has the folder, so leases under the node's name
 * are its own or of a process that is dead.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BerthError } from "@berth/protocol";
import { acquireLock, type FolderLock } from "../storage/lock.ts";

export interface DataFolder {
  readonly nodeId: string;
  readonly lock: FolderLock;
}

const nodeIdPattern = /^node-[0-9a-f]{24}$/;

/** @throws DATA_FOLDER_LOCKED naming the process that has it; FILE_UNREADABLE when it cannot be made */
export async function openDataFolder(
  folder: string,
  random: (bytes: number) => Uint8Array,
): Promise<DataFolder> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BerthError(
      "FILE_UNREADABLE",
      `The data folder ${folder} cannot be made (${(cause as NodeJS.ErrnoException).code}); choose another.`,
      { cause },
    );
  }
  const lock = acquireLock(join(folder, "berth.lock"));
  try {
    return { nodeId: await openNodeId(join(folder, "node-id"), random), lock };
  } catch (error) {
    lock.release();
    throw error;
  }
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
