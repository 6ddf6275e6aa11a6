/** The process around one command line: streams, signals, exit code. */
import { homedir } from "node:os";
import { runCommandLine } from "./run.ts";
import { openProcesses } from "./serve/keeper/processes.ts";
import { createTerminal } from "./terminal/terminal.ts";

const argv = process.argv.slice(2);
const { env, stderr, stdin, stdout } = process;
const processes = openProcesses();
const interrupt = new AbortController();
let interrupts = 0;

for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    interrupts += 1;
    // A second wish to stop does not wait for a clean end.
    if (interrupts > 1) process.exit(130);
    interrupt.abort();
  });
}
// A server whose keeper wishes it to end, or is gone.
processes.keeper?.closed.addEventListener("abort", () => interrupt.abort());
// The reader went away, as in `berth list | head -1`: nobody is left to tell.
stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

// Node says of features that we chose that they are experimental; that is no news for a person.
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (warning.name !== "ExperimentalWarning") stderr.write(`${warning.name}: ${warning.message}\n`);
});

const isJson = argv.includes("--json");
const { signal } = interrupt;
const exitCode = await runCommandLine({
  argv,
  context: {
    terminal: createTerminal({ isJson, signal, stderr, stdin, stdout }),
    env,
    cwd: process.cwd(),
    homeFolder: homedir(),
    signal,
    now: Date.now,
    processes,
  },
  stdout,
  stderr,
});
process.exitCode = exitCode;
// What an interrupted command left open (a build, a connection) must not keep the process.
if (signal.aborted) process.exit(exitCode);
