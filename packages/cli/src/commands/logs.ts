import { BerthError } from "@berth/protocol";
import type { LogEntryView } from "@berth/protocol/api";
import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import type { CliContext } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { plainBlock, plainLine } from "../terminal/plain-text.ts";

interface LogsOptions {
  readonly org?: string;
  readonly follow?: boolean;
  readonly limit: string;
}

const colours = { debug: "dim", info: "cyan", warn: "yellow", error: "red" } as const;

export const logsCommand = defineCommand<LogsOptions>({
  usage: "logs <installation>",
  summary: "show what an app logged; with --json, a JSON line an entry",
  examples: ["berth logs my-app", "berth logs my-app -f --json"],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "-f, --follow", description: "go on as entries come, until Ctrl-C" },
    {
      flags: "-n, --limit <entries>",
      description: "the latest so many, 1 to 1000",
      default: "200",
    },
  ],
  async run(context, [wanted = ""], options) {
    const { connection, params } = await findInstallation(context, wanted, options.org);
    const { client } = connection;
    const { signal } = context;
    const limit = parseLimit(options.limit);
    const seen = new Set<string>();
    const show = (entry: LogEntryView) => {
      if (seen.has(entry.id)) return;
      seen.add(entry.id);
      showEntry(context, entry);
    };
    const { entries } = await client.call("listLogs", { params, query: { limit } }, { signal });
    entries.forEach(show);
    if (!options.follow) return undefined;
    context.endsItself();
    for await (const { data } of client.follow("followLogs", { params }, { signal })) show(data);
    return signal.aborted ? exitCodes.interrupted : undefined;
  },
});

function parseLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= 1_000) return limit;
  throw new BerthError(
    "OPTION_INVALID",
    `--limit is "${text}"; expected a number from 1 to 1000.`,
    {
      details: { option: "limit" },
    },
  );
}

/** An app wrote the message: its further lines are indented, so that none passes for an entry. */
export function showEntry({ terminal }: Pick<CliContext, "terminal">, entry: LogEntryView): void {
  const level = terminal.style(colours[entry.level], entry.level.padEnd(5));
  const message = plainBlock(entry.message, "    ");
  terminal.print(`${plainLine(entry.at)} ${level} ${plainLine(entry.source)} ${message}`);
  terminal.line(entry);
}
