/**
 * `berth serve` as one process: on the embedded database, which nobody else can open beside it, or
 * where root starts it and it becomes another user.
 */
import { toWire } from "@berth/protocol";
import { embedded } from "../commands/restart.ts";
import type { CliContext } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { removeServing, writeServing } from "./keeper/serving-file.ts";
import { aborted, announce, openServer } from "./run-server.ts";
import type { ServeOptions } from "./serve-options.ts";

export async function serveAlone(context: CliContext, options: ServeOptions): Promise<ExitCode> {
  const { processes, signal, terminal } = context;
  const { folder, port } = options;
  const { giveUpRoot } = await import("./give-up-root.ts");
  const { jailer, warning } = await giveUpRoot(options);
  await using kept = new AsyncDisposableStack();
  kept.defer(() => jailer?.close());
  const place = { port, ...(jailer === undefined ? {} : { jailer }) };
  await using berth = await openServer(context, options, place);
  if (berth && warning !== undefined) terminal.warn(warning);
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
    await Promise.race([aborted(signal), ...(jailer === undefined ? [] : [jailer.ended])]);
  }
  const hasLostJailer = berth !== undefined && !signal.aborted;
  if (hasLostJailer) {
    terminal.warn("The jailer process has ended, without which no app runs; start Berth again.");
  }
  terminal.note("\nClosing …");
  // While the folder is still ours: another start may write its own.
  if (berth) await removeServing(folder);
  await berth?.close();
  await kept.disposeAsync();
  terminal.line({ type: "closed" });
  return hasLostJailer ? exitCodes.failed : exitCodes.ok;
}
