/**
 * The process that stays root when the server does not: it reads its orders from one pipe and ends
 * with it. Started by `start-jailer.ts`.
 *
 * It opens no port, reads nothing that an app wrote but the tail of a cell's output, which it hands
 * on unread, and takes nothing from the environment but PATH.
 */

import { Socket } from "node:net";
import { isBerthError } from "@berth/protocol";
import type { CellLogger } from "../ports.ts";
import { openJailerFolder } from "../workerd/runtime-folder.ts";
import { channelFd, parseJailerSettings } from "./jailer-settings.ts";
import { openLocalJailer } from "./local-jailer.ts";
import { serveJailer } from "./serve-jailer.ts";

const settings = parseJailerSettings(process.argv[2] ?? "");
const channel = new Socket({ fd: channelFd, readable: true, writable: true });

// A terminal or a service manager that ends all processes at once: the server ends first, in order.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);

/** What goes wrong is told to the server, which has the log. */
const silent: CellLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

try {
  const runtime = openJailerFolder(settings.folder);
  const jailer = await openLocalJailer(() => runtime, {
    jail: "required",
    engineBinary: undefined,
    cgroup: "auto",
    server: settings.server,
    logger: silent,
  });
  await serveJailer({ jailer, channel, serverUid: settings.server.uid, trialFolder: "/var/tmp" });
  process.exit(0);
} catch (error) {
  const code = isBerthError(error) ? error.code : "JAIL_UNAVAILABLE";
  const message = error instanceof Error ? error.message : String(error);
  channel.end(`${JSON.stringify({ event: "refused", code, message })}\n`, () => process.exit(1));
}
