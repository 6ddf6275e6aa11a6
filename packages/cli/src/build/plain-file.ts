/** Reads a regular file of an app's folder. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { BerthError, isBerthError } from "@berth/protocol";

/**
 * A link would publish whatever it points at, so none is followed.
 *
 * @throws BerthError PACKAGE_ENTRY_REFUSED, FILE_UNREADABLE
 */
export async function readPlainFile(root: string, path: string): Promise<Buffer> {
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    await using file = await open(join(root, path), flags);
    const found = await file.stat();
    if (!found.isFile()) throw notPlain(path);
    return await file.readFile();
  } catch (cause) {
    if (isBerthError(cause)) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ELOOP") throw notPlain(path);
    throw new BerthError("FILE_UNREADABLE", `${path} cannot be read: ${code}.`, { cause });
  }
}

export function notPlain(path: string): BerthError {
  return new BerthError(
    "PACKAGE_ENTRY_REFUSED",
    `${path} is not a regular file; a package holds regular files only, so put a copy there.`,
    { details: { path } },
  );
}
