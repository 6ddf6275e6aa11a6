import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { BerthError } from "@berth/protocol";

/** A folder in a place that others may write too must be truly ours, and no link. */
export function makeOwnFolder(path: string, mode: number): void {
  mkdirSync(path, { recursive: true, mode });
  const status = lstatSync(path);
  if (!status.isDirectory() || status.uid !== process.getuid?.()) {
    const message = `"${path}" is not a folder of this user; remove it and start again.`;
    throw new BerthError("CELL_START_FAILED", message);
  }
  chmodSync(path, mode);
}
