/** The file system as an anchor folder needs it: make a file that was not there, list, read. */
import { constants } from "node:fs";
import { mkdir, open, readdir } from "node:fs/promises";
import { join } from "node:path";

export interface FolderFiles {
  /** Makes the folder when it is not there. */
  prepare(folder: string): Promise<void>;
  /**
   * Makes a file, on disk when it returns. False when one of that name is there, which is left as it is.
   */
  create(folder: string, name: string, text: string): Promise<boolean>;
  /** The names of all that is in the folder. */
  list(folder: string): Promise<readonly string[]>;
  /** At most `maxBytes` of it. */
  read(folder: string, name: string, maxBytes: number): Promise<string>;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

export const nodeFolderFiles: FolderFiles = Object.freeze({
  async prepare(folder: string) {
    await mkdir(folder, { recursive: true, mode: 0o755 });
  },
  async create(folder: string, name: string, text: string) {
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
    try {
      const handle = await open(join(folder, name), flags, 0o444);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (hasCode(error, "EEXIST")) return false;
      throw error;
    }
    await syncFolder(folder);
    return true;
  },
  async list(folder: string) {
    return readdir(folder);
  },
  async read(folder: string, name: string, maxBytes: number) {
    const handle = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await handle.close();
    }
  },
});
