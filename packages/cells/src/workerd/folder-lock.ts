/** Keeps two pools from using one folder; a lock whose process is gone does not count. */

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BerthError } from "@berth/protocol";

/** A process id may be given anew; with the time of its start it is unique until the next boot. */
function describeProcess(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return `${pid} ${fields[19] ?? ""}`;
  } catch {
    // No such process, or no /proc on this system: then only the id itself can be asked.
  }
  try {
    process.kill(pid, 0);
    return String(pid);
  } catch {
    return undefined;
  }
}

function readHolder(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // No lock file: nobody holds it.
    return undefined;
  }
}

/** @throws BerthError `DATA_FOLDER_LOCKED` that names the holder */
export function lockFolder(folder: string): Disposable {
  const file = join(folder, "pool.lock");
  const mine = describeProcess(process.pid) ?? String(process.pid);
  const release = { [Symbol.dispose]: () => rmSync(file, { force: true }) };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(file, mine, { flag: "wx", mode: 0o600 });
      return release;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const holder = readHolder(file);
    if (holder === undefined) continue;
    if (describeProcess(Number(holder.split(" ")[0])) === holder) {
      const message = `Folder "${folder}" is used by the cell pool of process ${holder.split(" ")[0]}.`;
      throw new BerthError("DATA_FOLDER_LOCKED", message);
    }
    rmSync(file, { force: true });
  }
  throw new BerthError("DATA_FOLDER_LOCKED", `Folder "${folder}" is being taken by another pool.`);
}
