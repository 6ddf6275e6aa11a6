import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

interface ListOptions {
  readonly org?: string;
}

export const listCommand = defineCommand<ListOptions>({
  usage: "list",
  summary: "list the apps installed in an organization",
  examples: ["berth list", "berth list --org acme --json"],
  options: [{ flags: "--org <slug>", description: "default: your only one" }],
  async run(context, _args, { org }) {
    const connection = await connect(context);
    const organization = await resolveOrganization(context, connection, org);
    const { installations } = await connection.client.call(
      "listInstallations",
      { params: { organization } },
      { signal: context.signal },
    );
    const rows = installations.map(({ app, id, state, stateReason, version }) =>
      [app, version, stateReason ? `${state}: ${stateReason}` : state, id].map(plainLine),
    );
    context.terminal.print(
      rows.length > 0
        ? formatTable([["APP", "VERSION", "STATE", "INSTALLATION"], ...rows])
        : `Nothing is installed in ${organization}.`,
    );
    context.terminal.result({ organization, installations });
    return undefined;
  },
});
