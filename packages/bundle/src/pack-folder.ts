/**
 * Packs a folder of the publisher's own disk.
 *
 * Trust: the folder may hold links that point anywhere, put there by a dependency; a followed
 * link would publish whatever it points at, so none is followed.
 */
import { constants } from "node:fs";
import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { BerthError } from "@berth/protocol";
import { checkFileBytes } from "./digest-index.ts";
import { overBound, type PackageLimits, resolveLimits } from "./limits.ts";
import { type PackageFile, packFiles } from "./pack.ts";
import { checkPath, quotePath, refuseEntry } from "./paths.ts";

export interface PackFolderOptions {
  readonly limits?: Partial<PackageLimits>;
  /** Asked with the path of everything that is not a folder; default: all of them. */
  readonly include?: (path: string) => boolean;
}

function unreadable(path: string, cause: unknown): BerthError {
  const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
  return new BerthError("FILE_UNREADABLE", `${quotePath(path)} cannot be read: ${code}.`, {
    cause,
  });
}

/** Everything below the folder that is not a folder, as package paths. */
async function listFiles(folder: string, include: (path: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  const pending = [""];
  for (let prefix = pending.pop(); prefix !== undefined; prefix = pending.pop()) {
    const at = join(folder, prefix);
    const entries = await readdir(at, { withFileTypes: true }).catch((cause: unknown) => {
      throw unreadable(at, cause);
    });
    for (const entry of entries) {
      const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory()) pending.push(path);
      else if (include(path)) {
        if (!entry.isFile()) throw refuseEntry(path, kindFault(entry));
        found.push(path);
      }
    }
  }
  return found;
}

interface Kind {
  isSymbolicLink(): boolean;
  isSocket(): boolean;
  isFIFO(): boolean;
}

function kindFault(entry: Kind): string {
  let kind = "a device";
  if (entry.isSymbolicLink()) kind = "a symbolic link";
  else if (entry.isSocket()) kind = "a socket";
  else if (entry.isFIFO()) kind = "a named pipe";
  return `is ${kind}; a package holds regular files only`;
}

async function readFile(folder: string, path: string, limits: PackageLimits): Promise<Uint8Array> {
  const full = join(folder, path);
  let file: FileHandle;
  try {
    // The entry may have been replaced since it was listed: no link, and no wait for a pipe's writer.
    file = await open(full, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw unreadable(full, cause);
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw refuseEntry(path, kindFault(stat));
    checkFileBytes(path, stat.size, limits);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * The archive of a folder. Empty folders leave no trace; file modes, times and owners neither.
 *
 * @throws PACKAGE_ENTRY_REFUSED for a link, device, pipe or socket, or a path that is not allowed;
 * FILE_UNREADABLE; and what `packFiles` throws
 */
export async function packFolder(
  folder: string,
  options: PackFolderOptions = {},
): Promise<Uint8Array> {
  const limits = resolveLimits(options.limits);
  const paths = await listFiles(folder, options.include ?? (() => true));
  if (paths.length > limits.maxFiles) {
    const what = `The folder ${quotePath(folder)} holds ${paths.length} files`;
    throw overBound("maxFiles", limits.maxFiles, what);
  }
  const files: PackageFile[] = [];
  let totalBytes = 0;
  for (const path of paths.sort()) {
    checkPath(path, limits);
    const bytes = await readFile(folder, path, limits);
    totalBytes += bytes.byteLength;
    if (totalBytes > limits.maxTotalBytes) {
      const what = `The folder's files hold ${totalBytes} bytes up to ${quotePath(path)}`;
      throw overBound("maxTotalBytes", limits.maxTotalBytes, what, { entry: path });
    }
    files.push({ path, bytes });
  }
  return packFiles(files, limits);
}
