import { BerthError } from "@berth/protocol";
import type { AuditEntryView } from "@berth/protocol/api";
import { type FilterOptions, filterOptions, parseFilters } from "../audit/filters.ts";
import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

interface ListOptions extends FilterOptions {
  readonly org?: string;
  readonly host?: boolean;
  readonly limit: string;
  readonly before?: string;
}

export const auditListCommand = defineCommand<ListOptions>({
  usage: "audit list",
  summary: "search the audit log, the newest first",
  examples: [
    "berth audit list --action 'grant.*' --from 2026-11-01",
    "berth audit list --host --text ada -n 200 --json",
  ],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--host", description: "of the whole host; for operators" },
    ...filterOptions,
    { flags: "-n, --limit <entries>", description: "1 to 200", default: "50" },
    { flags: "--before <index>", description: "the next page: entries of a smaller index" },
  ],
  async run(context, _args, options) {
    const { signal, terminal } = context;
    const query = {
      ...parseFilters(options),
      limit: parseNumber("--limit", options.limit, { least: 1, most: 200 }),
      ...(options.before === undefined
        ? {}
        : {
            before: parseNumber("--before", options.before, {
              least: 0,
              most: Number.MAX_SAFE_INTEGER,
            }),
          }),
    };
    const connection = await connect(context);
    const { client } = connection;
    const found =
      options.host === true
        ? await client.call("searchHostAudit", { query }, { signal })
        : await client.call(
            "searchAudit",
            {
              params: { organization: await resolveOrganization(context, connection, options.org) },
              query,
            },
            { signal },
          );
    const rows = found.entries.map((entry) => rowOf(entry).map(plainLine));
    terminal.print(
      rows.length > 0
        ? formatTable([["INDEX", "AT (UTC)", "ACTION", "WHO", "ON", ""], ...rows])
        : "No entry was found.",
    );
    if (found.next !== null) terminal.note(`There are more: --before ${found.next}`);
    terminal.result(found);
    return undefined;
  },
});

function rowOf({ action, actor, at, index, outcome, target }: AuditEntryView): string[] {
  const who = actor.name ?? (actor.id === "" ? actor.kind : `${actor.kind} ${actor.id}`);
  const time = at.slice(0, 19).replace("T", " ");
  const on = target.name ?? `${target.kind} ${target.id}`;
  return [String(index), time, action, who, on, outcome ?? ""];
}

function parseNumber(
  option: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new BerthError(
    "OPTION_INVALID",
    `${option} is ${JSON.stringify(text)}; expected a number from ${least} to ${most}.`,
    { details: { option } },
  );
}
