/**
 * Runs one command line: parses it, runs the command, prints its error, gives its exit code.
 *
 * Invariant: whatever fails ends as one error on stderr, typed, and as one exit code.
 */
import { BerthError, isBerthError, toWire, type WireError } from "@berth/protocol";
import { Command, CommanderError } from "commander";
import { attachCommand } from "./command.ts";
import { loadCommands } from "./commands.ts";
import type { CliContext } from "./context.ts";
import { type ExitCode, exitCodeOf, exitCodes } from "./exit-codes.ts";
import { formatJson, plainLine } from "./terminal/plain-text.ts";
import { Interrupted } from "./terminal/terminal.ts";
import { cliVersion } from "./version.ts";

export interface RunOptions {
  readonly argv: readonly string[];
  readonly context: Omit<CliContext, "endsItself">;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Never throws. */
export async function runCommandLine(options: RunOptions): Promise<ExitCode> {
  const { argv, context, stderr, stdout } = options;
  let exitCode: ExitCode = exitCodes.ok;
  let isEndingItself = false;
  let helpWished = "";
  const given: CliContext = { ...context, endsItself: () => (isEndingItself = true) };
  const program = new Command("berth")
    .description("Runs other people's apps inside your product.")
    .version(cliVersion)
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => {
        helpWished += text;
      },
    })
    .exitOverride();
  for (const command of await loadCommands(argv)) {
    attachCommand(program, command, async (run) => {
      exitCode = (await run(given)) ?? exitCodes.ok;
    });
  }
  addExitCodes(program);
  const interrupted = new Promise<never>((_, reject) => {
    const stop = () => {
      if (!isEndingItself) reject(new Interrupted("Interrupted."));
    };
    if (context.signal.aborted) stop();
    context.signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([program.parseAsync([...argv], { from: "user" }), interrupted]);
    return exitCode;
  } catch (error) {
    const isHelpWish = error instanceof CommanderError && error.code === "commander.help";
    if (isHelpWish && !context.terminal.isJson) stderr.write(`${helpWished}\n`);
    return report(error, options);
  }
}

function report(error: unknown, { context, stderr, stdout }: RunOptions): ExitCode {
  if (error instanceof Interrupted || (isAbort(error) && context.signal.aborted)) {
    return exitCodes.interrupted;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok;
    // Commander calls `berth` alone, and a group alone, an error; it is a wish for help.
    const isHelpWish = error.code === "commander.help" || error.code === "commander.helpDisplayed";
    const message = isHelpWish
      ? "No command was given; `berth --help` lists them."
      : `${sentence(error.message)} See \`berth --help\`.`;
    return report(new BerthError("OPTION_INVALID", message), {
      context,
      stderr,
      stdout,
    } as RunOptions);
  }
  const wire = wireOf(error);
  if (context.terminal.isJson) stderr.write(`${formatJson(wire)}\n`);
  else {
    context.terminal.fail(`${wire.code}: ${wire.message}`);
    for (const line of particularsOf(wire)) context.terminal.note(`  ${plainLine(line)}`);
  }
  return exitCodeOf(error);
}

/** On the caller's own machine an unforeseen error is shown, unlike over the network. */
function wireOf(error: unknown): WireError {
  if (isBerthError(error)) return toWire(error);
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "INTERNAL", message, isRetryable: false };
}

function particularsOf(wire: WireError): readonly string[] {
  const problems = wire.details?.problems;
  if (!Array.isArray(problems)) return [];
  return problems
    .map((problem: unknown) => (problem as { message?: unknown } | null)?.message)
    .filter((message): message is string => typeof message === "string")
    .filter((message) => message !== wire.message)
    .map((message) => `- ${message}`);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

function sentence(message: string): string {
  const text = message.replace(/^error:\s*/, "").trim();
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}

function addExitCodes(program: Command): void {
  const rows = [
    "0 done",
    "1 failed",
    "2 wrong command line",
    "3 not found",
    "4 refused: not signed in, not allowed, or declined",
    "5 conflict: something is in the way",
    "6 the server does not answer, or try again later",
    "130 interrupted",
  ];
  program.addHelpText("after", `\nExit codes:\n${rows.map((row) => `  ${row}`).join("\n")}`);
}
