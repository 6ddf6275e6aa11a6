/**
 * Tells of changed files in an app's folder, and beside modules that lie elsewhere (a linked
 * package): what is installed, built or hidden is left out.
 *
 * Owns its watchers. Folders are watched rather than files, since most editors save by putting a new
 * file in the old one's place.
 */
import { type FSWatcher, watch } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { dirname, join, sep } from "node:path";

export interface FolderWatch {
  /** Watches the folders of these files too, unless they are installed. Absolute paths. */
  include(files: readonly string[]): void;
  /** Idempotent. */
  close(): void;
}

export interface FolderWatchOptions {
  /** Absolute. */
  readonly root: string;
  /** With the absolute path of something that was written, made, moved or removed. */
  readonly onChange: (path: string) => void;
  /** Folders beyond the `maxFolders`th are not seen; told once. */
  readonly onFull: () => void;
}

const maxFolders = 2_000;
const isLeftOut = (name: string) =>
  name === "node_modules" || name === "dist" || name.startsWith(".") || name.endsWith("~");

/** Resolves once all folders that are there are watched. */
export async function watchFolder(options: FolderWatchOptions): Promise<FolderWatch> {
  const { onChange, onFull, root } = options;
  const watchers = new Map<string, FSWatcher>();
  let isClosed = false;
  let isFull = false;

  function add(folder: string): boolean {
    if (isClosed || watchers.has(folder)) return false;
    if (watchers.size >= maxFolders) {
      if (!isFull) onFull();
      isFull = true;
      return false;
    }
    try {
      const watcher = watch(folder, (event, name) => note(folder, event, name));
      watcher.on("error", () => drop(folder));
      watchers.set(folder, watcher);
      return true;
    } catch {
      // Gone between being listed and being watched: then there is nothing in it to see.
      return false;
    }
  }

  function drop(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  function note(folder: string, event: string, name: string | null): void {
    if (isClosed || name === null || isLeftOut(name)) return;
    const path = join(folder, name);
    onChange(path);
    // A new folder may hold files already, of which nobody will tell.
    if (event === "rename" && isWithin(root, path)) void addTree(path, onChange);
  }

  async function addTree(folder: string, tell?: (path: string) => void): Promise<void> {
    // Another may stand under the name now.
    drop(folder);
    // Not there any longer, or a file: nothing to watch.
    if (!(await isFolder(folder)) || !add(folder)) return;
    // Listed after it is watched, so that nothing comes between the two unseen.
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter(({ name }) => !isLeftOut(name))) {
      if (entry.isDirectory()) await addTree(join(folder, entry.name), tell);
      else tell?.(join(folder, entry.name));
    }
  }

  await addTree(root);
  return {
    include(files) {
      const installed = `${sep}node_modules${sep}`;
      for (const file of files) if (!file.includes(installed)) add(dirname(file));
    },
    close() {
      isClosed = true;
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root + sep);
}
