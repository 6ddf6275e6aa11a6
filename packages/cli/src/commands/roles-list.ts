import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

interface ListOptions {
  readonly org?: string;
}

export const rolesListCommand = defineCommand<ListOptions>({
  usage: "roles list",
  summary: "list the roles of an organization, with what they give",
  examples: ["berth roles list", "berth roles list --json"],
  options: [{ flags: "--org <slug>", description: "default: your only one" }],
  async run(context, _args, { org }) {
    const connection = await connect(context);
    const organization = await resolveOrganization(context, connection, org);
    const { signal } = context;
    const params = { organization };
    const { roles } = await connection.client.call("listRoles", { params }, { signal });
    const rows = roles.map(({ name, isBuiltIn, members, permissions }) => [
      ...[plainLine(name), isBuiltIn ? "built in" : "own", String(members)],
      permissions.join(" ") || "nothing",
    ]);
    context.terminal.print(formatTable([["ROLE", "KIND", "PEOPLE", "MAY"], ...rows]));
    context.terminal.result({ organization, roles });
    return undefined;
  },
});
