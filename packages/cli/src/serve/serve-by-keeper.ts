/** `berth serve` as a keeper: on PostgreSQL, where a second process can serve beside the first. */
import { toWire } from "@berth/protocol";
import type { CliContext, Processes } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { bindSocket } from "./keeper/bound-socket.ts";
import { openKeeper } from "./keeper/keeper.ts";
import { removeServing, writeServing } from "./keeper/serving-file.ts";
import type { ServeOptions } from "./serve-options.ts";

export async function serveByKeeper(
  { signal, terminal }: CliContext,
  { drainMs, folder, host, port }: ServeOptions,
  processes: Processes,
): Promise<ExitCode> {
  using socket = await bindSocket(host, port);
  let restarts = 0;
  let hasWritten = false;
  const keeper = openKeeper({
    drainMs,
    signal,
    start: (warm) => processes.startServer({ fd: socket.fd, port: socket.port, warm }),
    async onServing({ pid }, restart) {
      const error = restart?.error === undefined ? null : toWire(restart.error);
      if (restart !== undefined) restarts += 1;
      try {
        await writeServing(folder, {
          ...{ pid: processes.pid, serverPid: pid, database: "postgres", restarts },
          lastError: error,
        });
        hasWritten = true;
      } catch (cause) {
        // It serves all the same; only `berth restart` does not find it, and SIGUSR2 still does.
        terminal.warn(`${folder} cannot be written: ${(cause as Error).message}`);
      }
      if (restart === undefined) return;
      if (error === null) terminal.note(`Restarted: process ${pid} serves.`);
      else terminal.warn(`Not restarted, the one before goes on: ${error.code}: ${error.message}`);
      terminal.line({ type: "restarted", pid, error });
    },
  });
  processes.onRestartWish(keeper.restart);
  const code = await keeper.ended;
  if (hasWritten) await removeServing(folder);
  if (code === exitCodes.ok) terminal.line({ type: "closed" });
  return Object.values(exitCodes).find((known) => known === code) ?? exitCodes.failed;
}
