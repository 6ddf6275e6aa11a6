import { BerthError } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { permissionText } from "../consent/grant-terms.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

interface UnusedOptions {
  readonly org?: string;
  readonly days?: string;
}

export const grantsUnusedCommand = defineCommand<UnusedOptions>({
  usage: "grants unused",
  summary: "show grants that no app has used for long, in an organization",
  examples: ["berth grants unused", "berth grants unused --days 30 --json"],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--days <number>", description: "for how long; default 90" },
  ],
  async run(context, _args, { days = "90", org }) {
    if (!/^[1-9]\d{0,3}$/.test(days)) {
      throw new BerthError(
        "OPTION_INVALID",
        `--days is ${JSON.stringify(days)}; expected a number from 1 to 3650.`,
        { details: { option: "days" } },
      );
    }
    const connection = await connect(context);
    const organization = await resolveOrganization(context, connection, org);
    const { grants } = await connection.client.call(
      "listUnusedGrants",
      { params: { organization }, query: { days: Number(days) } },
      { signal: context.signal },
    );
    const rows = grants.map(({ app, grantedAt, id, lastUsedAt, ...permission }) =>
      [
        app,
        id,
        permissionText(permission),
        grantedAt.slice(0, 10),
        lastUsedAt?.slice(0, 10) ?? "never",
      ].map(plainLine),
    );
    context.terminal.print(
      rows.length > 0
        ? formatTable([["APP", "GRANT", "PERMISSION", "GRANTED", "LAST USED"], ...rows])
        : `Every grant in ${organization} was used, or given, within ${days} days.`,
    );
    context.terminal.result({ organization, days: Number(days), grants });
    return undefined;
  },
});
