/** Hands a data folder over to the user that the server becomes. */
import {
  closeSync,
  lchownSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BerthError } from "@berth/protocol";
import type { ServerUser } from "./server-user.ts";

/**
 * A folder that is root's is given away once, what lies in it first: until then only root can put
 * anything there, so no link of a stranger's making is followed. One that is the user's is left as
 * it is.
 *
 * To be called as root. @throws BerthError FILE_UNREADABLE when others could do so, or it is theirs
 */
export function giveDataFolder(path: string, user: ServerUser): void {
  const folder = realpathSync(path);
  const { uid, mode } = statSync(folder);
  if (uid === user.uid) return;
  if (uid !== 0 || (mode & 0o022) !== 0 || !isRootsAlone(dirname(folder))) {
    throw new BerthError(
      "FILE_UNREADABLE",
      `The data folder ${folder} is not ${user.name}'s, and could be changed by others than root while it is given away; do that by hand (chown -R ${user.uid}:${user.gid}), or choose another by --data-dir.`,
    );
  }
  giveAll(folder, user);
}

/** True when nobody but root can put another folder in its place, or in the place of one above. */
function isRootsAlone(folder: string): boolean {
  const { uid, mode } = lstatSync(folder);
  // Where others may write, a folder with the sticky bit still keeps them from what is root's.
  const isClosed = (mode & 0o022) === 0 || (mode & 0o1000) !== 0;
  return uid === 0 && isClosed && (folder === dirname(folder) || isRootsAlone(dirname(folder)));
}

function giveAll(path: string, user: ServerUser): void {
  const status = lstatSync(path);
  if (status.isDirectory()) {
    for (const name of readdirSync(path)) giveAll(join(path, name), user);
  }
  // A second name of a file outside the folder would give that file away.
  if (status.uid === 0 && (status.isDirectory() || status.nlink === 1)) {
    lchownSync(path, user.uid, user.gid);
  }
}

/**
 * Where the user cannot come: closed folders above the data, which is there, or above Berth itself.
 *
 * To be called as root, whose groups are the user's already. @returns what it is and why, or undefined
 */
export function findUnreachable(folder: string, user: ServerUser): string | undefined {
  const own = fileURLToPath(import.meta.url);
  process.setegid?.(user.gid);
  process.seteuid?.(user.uid);
  try {
    for (const [path, what] of [
      [own, `Berth's own files in ${dirname(own)}`],
      [folder, `The data folder ${folder}`],
    ] as const) {
      try {
        // Its own it will be able to read; until then it is enough that it can come to it.
        if (path === own) closeSync(openSync(path, "r"));
        else statSync(path);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        return `${what} cannot be reached by user ${user.name} (${code}): a folder above is closed to it.`;
      }
    }
    return undefined;
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
