/** `berth serve` as one process: on the embedded database, which nobody else can open beside it. */
import { toWire } from "@berth/protocol";
import { embedded } from "../commands/restart.ts";
import type { CliContext } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { removeServing, writeServing } from "./keeper/serving-file.ts";
import { aborted, announce, openServer } from "./run-server.ts";
import type { ServeOptions } from "./serve-options.ts";

export async function serveAlone(context: CliContext, options: ServeOptions): Promise<ExitCode> {
  const { processes, signal, terminal } = context;
  const { folder } = options;
  await using berth = await openServer(context, options);
  if (berth && !signal.aborted) {
    if (processes !== undefined && options.databaseUrl === undefined) {
      processes.onRestartWish(() => {
        const { code, message } = toWire(embedded());
        terminal.warn(`${code}: ${message}`);
        terminal.line({ type: "restarted", error: { code, message } });
      });
      const { pid } = processes;
      await writeServing(folder, {
        ...{ pid, serverPid: pid, database: "embedded", restarts: 0, lastError: null },
      });
    }
    await announce(context, berth, options);
    await aborted(signal);
  }
  terminal.note("\nClosing …");
  // While the folder is still ours: another start may write its own.
  if (berth) await removeServing(folder);
  await berth?.close();
  terminal.line({ type: "closed" });
  return exitCodes.ok;
}
