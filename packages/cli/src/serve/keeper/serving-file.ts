/**
 * What `berth restart` finds of a Berth that runs: a small file in the data folder.
 *
 * Invariant: it is replaced as a whole, and a process that is gone, or whose number another has now,
 * is not taken for the one that wrote it.
 */
import { readFileSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseWireError, toWire, type WireError } from "@berth/protocol";

export interface ServingState {
  /** Whom to ask: the process that stays. */
  readonly pid: number;
  /** The process that answers requests now. */
  readonly serverPid: number;
  readonly database: "embedded" | "postgres";
  /** Attempts since `pid` started, and how the last one failed. */
  readonly restarts: number;
  readonly lastError: WireError | null;
}

export const servingFileName = "serving.json";

export async function writeServing(folder: string, state: ServingState): Promise<void> {
  const path = join(folder, servingFileName);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ ...state, startedAt: startOf(state.pid) });
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export async function removeServing(folder: string): Promise<void> {
  await rm(join(folder, servingFileName), { force: true });
}

/** Undefined when no Berth runs there. */
export async function readServing(folder: string): Promise<ServingState | undefined> {
  let found: Record<string, unknown>;
  try {
    const text = await readFile(join(folder, servingFileName), "utf8");
    found = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // None, or not readable for us: there is nobody whom we could ask.
    return undefined;
  }
  const pid = Number(found.pid);
  if (!(pid > 1) || !isAlive(pid) || startOf(pid) !== found.startedAt) return undefined;
  return {
    pid,
    serverPid: Number(found.serverPid),
    database: found.database === "postgres" ? "postgres" : "embedded",
    restarts: Number(found.restarts),
    lastError: found.lastError === null ? null : toWire(parseWireError(found.lastError)),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** In ticks since the host's start; null where there is no /proc, and then the number alone counts. */
function startOf(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return fields[19] ?? null;
  } catch {
    // Another system, or the process is gone.
    return null;
  }
}
