/**
 * Starts two processes that are tied to nobody, as half made jails are, each under the mark of a warden of its own;
 * says which, ends the first warden in good order, and is killed.
 */
import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { openWarden } from "../../src/jail/warden.ts";

const ignore = () => undefined;
const open = () => openWarden({ debug: ignore, info: ignore, warn: ignore, error: ignore });
/** It waits for a file of that name, for ever. */
const start = (mark: string) =>
  spawn("tail", ["-F", "/dev/null", mark], { detached: true, stdio: "ignore" }).pid;

const [first, second] = [open(), open()];
writeSync(1, `${JSON.stringify([start(first.mark), start(second.mark)])}\n`);
first[Symbol.dispose]();
// What was said to the first is on its way before this.
setImmediate(() => process.kill(process.pid, "SIGKILL"));
