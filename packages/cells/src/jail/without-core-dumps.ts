/** Starts a program that may leave no core: it would hold what an app was given. */

import { findProgram } from "./bubblewrap.ts";

/**
 * Node cannot set limits of a process that it starts; the program that does is gone before the real
 * one begins. With a limit of one byte the kernel neither writes a file nor hands the core to a
 * program (fs/coredump.c); a limit of none, which is what a shell can set, keeps it from the first.
 */
export function withoutCoreDumps(
  program: string,
  programArguments: readonly string[],
): [string, string[]] {
  const prlimit = findProgram("prlimit");
  if (prlimit !== undefined) return [prlimit, ["--core=1:1", program, ...programArguments]];
  return ["/bin/sh", ["-c", 'ulimit -c 0 && exec "$0" "$@"', program, ...programArguments]];
}
