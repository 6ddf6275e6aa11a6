/**
 * A program of the host under a cell's host user: what an app could do that broke out of the engine
 * and of the jail's own tree, and had left only its user.
 */
import { spawnSync } from "node:child_process";

export interface Outcome {
  readonly isDone: boolean;
  readonly output: string;
}

export interface CellUser {
  run(program: string, ...args: readonly string[]): Outcome;
  canRead(path: string): boolean;
  canWrite(path: string): boolean;
}

/** @param hostUid - of a cell in `pool.list()`; needs a server that was started by root */
export function becomeCell(hostUid: number | undefined): CellUser {
  if (hostUid === undefined) throw new Error("Cells have users of their own only under root.");
  const identity = ["--reuid", `${hostUid}`, "--regid", `${hostUid}`, "--clear-groups"];
  function run(program: string, ...args: readonly string[]): Outcome {
    const all = [...identity, "--no-new-privs", "--inh-caps=-all", "--", program, ...args];
    const { status, stdout, stderr, error } = spawnSync("setpriv", all, {
      encoding: "utf8",
      cwd: "/",
    });
    if (error !== undefined) throw error;
    return { isDone: status === 0, output: `${stdout}${stderr}` };
  }
  return {
    run,
    canRead: (path) => run("test", "-r", path).isDone,
    canWrite: (path) => run("test", "-w", path).isDone,
  };
}
