import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

interface ListOptions {
  readonly org?: string;
}

export const membersListCommand = defineCommand<ListOptions>({
  usage: "members list",
  summary: "list the people of an organization, with their roles",
  examples: ["berth members list", "berth members list --org acme --json"],
  options: [{ flags: "--org <slug>", description: "default: your only one" }],
  async run(context, _args, { org }) {
    const connection = await connect(context);
    const organization = await resolveOrganization(context, connection, org);
    const params = { organization };
    const { signal } = context;
    const { members } = await connection.client.call("listMembers", { params }, { signal });
    const rows = members.map(({ id, person, roleName, since }) => [
      ...[plainLine(person.name), plainLine(person.email), plainLine(roleName)],
      ...[since.slice(0, 10), id],
    ]);
    context.terminal.print(formatTable([["NAME", "E-MAIL", "ROLE", "SINCE", "ID"], ...rows]));
    context.terminal.result({ organization, members });
    return undefined;
  },
});
