import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { findMember, findRole } from "../connection/find-member.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface RoleOptions {
  readonly org?: string;
}

export const membersRoleCommand = defineCommand<RoleOptions>({
  usage: "members role <e-mail> <role>",
  summary: "give somebody another role; it holds from their next request on",
  examples: ["berth members role grace@acme.example admin"],
  options: [{ flags: "--org <slug>", description: "default: your only one" }],
  async run(context, [wanted = "", role = ""], { org }) {
    const connection = await connect(context);
    const organization = await resolveOrganization(context, connection, org);
    const member = await findMember(connection, context, { organization, wanted });
    const { id } = await findRole(connection, context, { organization, wanted: role });
    const changed = await connection.client.call(
      "changeMemberRole",
      { params: { organization, member: member.id }, body: { role: id } },
      { signal: context.signal },
    );
    context.terminal.print(plainLine(`${changed.person.name} is ${changed.roleName} now.`));
    context.terminal.result({ organization, ...changed });
    return undefined;
  },
});
