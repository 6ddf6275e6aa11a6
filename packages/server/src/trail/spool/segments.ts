/** The files of spools in a folder: `<spool>.<segment>.spool`, which sort as they were written. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

export interface Segment {
  readonly spoolId: string;
  readonly path: string;
}

const name = /^([0-9a-z]{10}-[0-9a-f]{16})\.([0-9]{8})\.spool$/;

/** Sorts by when it was begun. */
export function createSpoolId(startedAt: number, random: (bytes: number) => Uint8Array): string {
  const time = startedAt.toString(36).padStart(10, "0");
  return `${time}-${Buffer.from(random(8)).toString("hex")}`;
}

export function segmentPath(folder: string, spoolId: string, segment: number): string {
  return join(folder, `${spoolId}.${String(segment).padStart(8, "0")}.spool`);
}

/** Oldest first; none when the folder is not there. */
export async function listSegments(folder: string): Promise<readonly Segment[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.sort().flatMap((file) => {
    const spoolId = name.exec(file)?.[1];
    return spoolId === undefined ? [] : [{ spoolId, path: join(folder, file) }];
  });
}
