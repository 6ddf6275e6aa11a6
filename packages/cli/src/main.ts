#!/usr/bin/env node
/** `berth`: takes on the flags that a server needs of Node, then runs the command line. */
import { shortPauseFlags } from "@berth/server/short-pauses";

if (process.argv[2] === "serve") takeOn(shortPauseFlags);
await import("./process.ts");

/** Replaces this program by itself with the flags: same process, same streams. */
function takeOn(flags: readonly string[]): void {
  const { argv, env, execArgv, execPath, execve } = process;
  const missing = flags.filter((flag) => !execArgv.includes(flag));
  // Windows has no such call; a server runs there without the flags.
  if (missing.length === 0 || execve === undefined) return;
  process.removeAllListeners("warning"); // It is experimental, which is no news for a person.
  execve(execPath, [execPath, ...execArgv, ...missing, ...argv.slice(1)], env);
}
