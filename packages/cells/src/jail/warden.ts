/**
 * A small process beside the one that starts cells, which ends what that one's sudden death leaves behind.
 *
 * bubblewrap's processes are tied to each other one after another while a jail is set up. Killed in
 * between, as its parent's death does, the first leaves the second one tied to nobody; that one goes on, as what it
 * waits for ends with the server, and runs an engine for nobody.
 * Every jail carries a mark of this warden in its command line. When the pipe to the server ends without a
 * word, whatever carries the mark is killed, until a few looks in a row find nothing.
 */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Duplex } from "node:stream";
import type { CellLogger } from "../ports.ts";

export interface Warden extends Disposable {
  /** For the command line of what is to end with this process; of no other process, now and later. */
  readonly mark: string;
}

const pipeFd = 3;

/** The mark comes by the pipe, so that no process of the warden carries it itself. */
const script = `
IFS= read -r mark <&3 || exit 0
IFS= read -r word <&3 && exit 0
looks=0
empty=0
while [ $looks -lt 200 ] && [ $empty -lt 10 ]; do
  looks=$((looks + 1))
  files=$(printf '%s' "$mark" | grep -laF -f - /proc/[0-9]*/cmdline 2>/dev/null)
  if [ -z "$files" ]; then empty=$((empty + 1)); else empty=0; fi
  for file in $files; do
    pid=\${file#/proc/}
    kill -9 "\${pid%/cmdline}" 2>/dev/null
  done
  sleep 0.05
done`;

/** One that cannot be had is warned of: cells that were ready die with the server all the same. */
export function openWarden(logger: CellLogger): Warden {
  const mark = `berth-warden-${randomBytes(12).toString("hex")}`;
  const child = spawn("/bin/sh", ["-c", script], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    // Of a session of its own: what ends the server's group must not end it, too.
    detached: true,
    env: { PATH: process.env.PATH ?? "" },
    cwd: "/",
  });
  child.on("error", (error) => {
    logger.warn({ err: error }, "a server that is killed while cells start may leave some behind");
  });
  child.unref();
  const streams: readonly unknown[] = child.stdio;
  const pipe = streams[pipeFd];
  if (!(pipe instanceof Duplex)) return { mark, [Symbol.dispose]: () => undefined };
  // Its end is told by "error" above, or nobody's concern.
  pipe.on("error", () => undefined);
  if ("unref" in pipe && typeof pipe.unref === "function") pipe.unref();
  pipe.write(`${mark}\n`);
  return {
    mark,
    [Symbol.dispose]() {
      pipe.end("done\n");
    },
  };
}
