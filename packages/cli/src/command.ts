/**
 * How a command is declared: once, with an example, and the same ground under all of them
 * (`--json`, help, exit code).
 */
import type { Command } from "commander";
import type { CliContext } from "./context.ts";
import type { ExitCode } from "./exit-codes.ts";

export interface OptionDefinition {
  /** As commander writes them: `-o, --output <file>`. */
  readonly flags: string;
  readonly description: string;
  readonly default?: string;
  /** May be given more than once; the values come as an array. */
  readonly isRepeatable?: boolean;
}

export interface CommandDefinition<Options> {
  /** Words, then arguments: `keys create [name]`. */
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly options?: readonly OptionDefinition[];
  /** Returns the exit code; nothing means 0. */
  run(
    context: CliContext,
    args: readonly (string | undefined)[],
    options: Options,
  ): Promise<ExitCode | undefined>;
}

/** A declared command whose options are known to its own file only. */
export interface AnyCommand extends Omit<CommandDefinition<never>, "run"> {
  run(
    context: CliContext,
    args: readonly (string | undefined)[],
    options: object,
  ): Promise<ExitCode | undefined>;
}

export function defineCommand<Options extends object>(
  definition: CommandDefinition<Options>,
): AnyCommand {
  // Commander hands over what `options` declares; each file types its own.
  return Object.freeze(definition) as unknown as AnyCommand;
}

const collect = (value: string, earlier: readonly string[] | undefined) => [
  ...(earlier ?? []),
  value,
];

/** Puts a command under `program`, making the groups in its usage (`keys`) as needed. */
export function attachCommand(
  program: Command,
  definition: AnyCommand,
  onRun: (run: (context: CliContext) => Promise<ExitCode | undefined>) => Promise<void>,
): void {
  const words = definition.usage.split(" ");
  const firstArgument = words.findIndex((word) => /^[<[]/.test(word));
  const names = firstArgument === -1 ? words : words.slice(0, firstArgument);
  const parent = names.slice(0, -1).reduce((group, name) => findGroup(group, name), program);
  const command = parent.command([names.at(-1), ...words.slice(names.length)].join(" "));
  command.description(definition.summary);
  for (const option of definition.options ?? []) {
    if (option.isRepeatable) command.option(option.flags, option.description, collect);
    else command.option(option.flags, option.description, option.default);
  }
  command.option("--json", "print JSON for scripts; errors too, on stderr");
  const examples = definition.examples.map((example) => `  $ ${example}`).join("\n");
  command.addHelpText("after", `\nExamples:\n${examples}`);
  command.action(async (...all: unknown[]) => {
    const args = all.slice(0, -2) as (string | undefined)[];
    await onRun((context) => definition.run(context, args, command.opts()));
  });
}

/** What the commands of a group are about, for the list of commands. */
const groups: Readonly<Record<string, string>> = {
  "api-keys": "your API keys: make, list and end them",
  audit: "search, export and verify the audit log",
  config: "read and change an app's configuration",
  "embed-keys": "the keys with which your product vouches for its users",
  grants: "see, give and take back what apps may do",
  keys: "keys that sign packages, and the master key",
  members: "the people of an organization and their roles",
  organizations: "make organizations; the operator's",
  people: "erase people",
  policy: "write, try, publish and explain policies",
  roles: "the roles of an organization",
  secrets: "set and remove an app's secrets",
  "service-principals": "callers that are no persons, such as build servers",
};

function findGroup(parent: Command, name: string): Command {
  const found = parent.commands.find((command) => command.name() === name);
  return found ?? parent.command(name).description(groups[name] ?? `commands for ${name}`);
}
