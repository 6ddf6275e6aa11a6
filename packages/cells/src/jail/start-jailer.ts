/** Starts the process that keeps root's rights for cells, so that its starter can give them up. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { BerthError } from "@berth/protocol";
import type { User } from "./cell-folder.ts";
import { channelFd, type JailerSettings } from "./jailer-settings.ts";
import { connectJailer, type RunningJailer } from "./remote-jailer.ts";

export interface StartJailerOptions {
  /** The pool's folder; see `CellPoolOptions`. */
  readonly folder: string;
  /** Who will be the server: cells' sockets are for them. Not root. */
  readonly server: User;
}

/**
 * To be called by root, before it becomes `server`. It ends when this process does, however that
 * comes, and ends all cells first.
 *
 * @throws BerthError `JAIL_UNAVAILABLE` when this process is not root, or cells cannot be jailed here
 */
export async function startJailer(options: StartJailerOptions): Promise<RunningJailer> {
  const { server } = options;
  if (process.getuid?.() !== 0 || server.uid === 0 || server.gid === 0) {
    const message = `A jailer is started by root for another user; this is user ${process.getuid?.()}, for user ${server.uid}, group ${server.gid}.`;
    throw new BerthError("JAIL_UNAVAILABLE", message);
  }
  const settings: JailerSettings = { folder: resolve(options.folder), server };
  const file = import.meta.url.endsWith(".ts") ? "./jailer-process.ts" : "./jailer-process.js";
  const program = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(
    process.execPath,
    [...conditions(), "--no-warnings", program, JSON.stringify(settings)],
    {
      // Of a session of its own, so that what ends the server's terminal does not end it first.
      detached: true,
      stdio: ["ignore", "ignore", "inherit", "pipe"],
      env: { PATH: process.env.PATH ?? "" },
      cwd: "/",
    },
  );
  const hasEnded = Promise.allSettled([once(child, "exit")]);
  const streams: readonly unknown[] = child.stdio;
  const channel = streams[channelFd];
  if (!(channel instanceof Duplex)) throw new Error("the jailer has no pipe");
  const jailer = await connectJailer(channel, hasEnded);
  return jailer;
}

/** It finds this package's neighbours as this process does. */
function conditions(): string[] {
  return process.execArgv.filter((argument) => /^(--conditions=|-C=)/.test(argument));
}
