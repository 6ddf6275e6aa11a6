import { watch } from "node:fs";
import { resolve } from "node:path";
import { BerthError, parseWireError } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import { readServing, type ServingState } from "../serve/keeper/serving-file.ts";

interface RestartFlags {
  readonly dataDir: string;
}

/** A restart waits until the one before has ended, which may take its whole time for draining. */
const waitMs = 420_000;
const lookMs = 1_000;

export const restartCommand = defineCommand<RestartFlags>({
  usage: "restart",
  summary: "replace the server process of `berth serve` on PostgreSQL; no request fails",
  examples: ["berth restart", "berth restart --data-dir /var/lib/berth --json"],
  options: [
    { flags: "--data-dir <folder>", description: "as given to `berth serve`", default: ".berth" },
  ],
  async run({ cwd, processes, signal, terminal }, _args, { dataDir }) {
    const folder = resolve(cwd, dataDir);
    const before = await readServing(folder);
    if (before === undefined || processes === undefined) throw nobody(folder);
    if (before.database === "embedded") throw embedded();
    processes.wishRestart(before.pid);
    terminal.note("Another process starts, and takes over when it is ready …");
    const after = await waitForRestart(folder, before, signal);
    if (after.lastError !== null) throw parseWireError(after.lastError);
    terminal.print(`Restarted: process ${after.serverPid} serves.`);
    terminal.result({ pid: after.pid, serverPid: after.serverPid });
    return undefined;
  },
});

async function waitForRestart(
  folder: string,
  before: ServingState,
  signal: AbortSignal,
): Promise<ServingState> {
  const giveUp = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  while (!giveUp.aborted) {
    const changed = nextChange(folder, giveUp);
    const now = await readServing(folder);
    if (now === undefined || now.pid !== before.pid) throw nobody(folder);
    if (now.restarts > before.restarts) return now;
    await changed;
  }
  signal.throwIfAborted();
  throw new BerthError(
    "HAND_OVER_FAILED",
    `Process ${before.pid} did not say within ${waitMs / 1_000} s that it restarted; see its log.`,
  );
}

/** The next change in the folder; at the latest after a second, in which the other may also have died. */
function nextChange(folder: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      watcher.close();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const watcher = watch(folder, end).once("error", end);
    const timer = setTimeout(end, lookMs);
    signal.addEventListener("abort", end, { once: true });
  });
}

function nobody(folder: string): BerthError {
  return new BerthError(
    "SERVER_UNREACHABLE",
    `No \`berth serve\` runs with the data folder ${folder}; give its folder by --data-dir.`,
  );
}

export function embedded(): BerthError {
  return new BerthError(
    "HAND_OVER_IMPOSSIBLE",
    "The embedded database can be open in one process only, so no second one can take over; stop Berth (Ctrl-C, SIGTERM) and start it again, or use PostgreSQL (DATABASE_URL).",
  );
}
