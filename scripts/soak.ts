/**
 * A whole Berth under a steady load for minutes, with hostile apps inside and cells killed at
 * random: `npm run soak -- --minutes 5`. Fails when something fails, leaks or grows.
 */
import { cpus, totalmem } from "node:os";
import { parseOptions, type SoakOptions, usage } from "./soak/options.ts";
import type { SoakResult } from "./soak/run.ts";

const say = (line: string) => void process.stderr.write(`${line}\n`);

function readOptions(): SoakOptions | "help" | undefined {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

function report({ checks, figures, counts }: SoakResult): void {
  for (const [name, value] of Object.entries(figures)) say(`${name.padEnd(40)} ${value}`);
  for (const [name, values] of Object.entries(counts)) {
    say(`\n${name}`);
    for (const [what, times] of Object.entries(values)) {
      say(`${String(times).padStart(8)}  ${what}`);
    }
  }
  say("");
  for (const { name, ok, finding } of checks) {
    say(`${ok ? "  ok  " : "FAILED"}  ${name}: ${finding}`);
  }
}

const options = readOptions();
if (options === undefined) process.exitCode = 2;
else if (options === "help") process.stdout.write(`${usage}\n`);
else {
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, ${memoryGib} GiB, Node ${process.version}`;
  say(`${machine}, ${new Date().toISOString()}, seed ${options.seed}`);
  const ending = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => ending.abort());
  // The help needs no server.
  const { runSoak } = await import("./soak/run.ts");
  const result = await runSoak(options, say, ending.signal).catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
    say("Ended before there was anything to judge; all was taken down.");
    return undefined;
  });
  if (result !== undefined) report(result);
  const isOk = result?.checks.every((check) => check.ok) ?? false;
  if (options.isJson) {
    process.stdout.write(`${JSON.stringify({ soak: { ok: isOk, machine, ...result } })}\n`);
  }
  if (!isOk) process.exitCode = 1;
}
