/** The `berth` command in this process: the same without a process's half second, and alone with `env`. */
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { runCommandLine } from "../../src/run.ts";
import { createTerminal } from "../../src/terminal/terminal.ts";
import type { CliResult } from "./run-cli.ts";

export interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: () => number;
}

export async function runHere(
  argv: readonly string[],
  { cwd = "/", env = {}, now = () => 0 }: Place = {},
): Promise<CliResult> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { signal } = new AbortController();
  const terminal = createTerminal({
    ...{ isJson: argv.includes("--json"), signal, stdin: process.stdin },
    // Nothing of a terminal is used of streams that are none.
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
  });
  const [out, err] = [text(stdout), text(stderr)];
  const context = { terminal, env, cwd, homeFolder: "/nowhere", signal, now };
  const code = await runCommandLine({ argv, context, stdout, stderr });
  stdout.end();
  stderr.end();
  const printed = await out;
  return { code, stdout: printed, stderr: await err, json: <T>() => JSON.parse(printed) as T };
}
