import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { findRole } from "../connection/find-member.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { exitCodes } from "../exit-codes.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface DeleteOptions {
  readonly org?: string;
  readonly yes?: boolean;
}

export const rolesDeleteCommand = defineCommand<DeleteOptions>({
  usage: "roles delete <role>",
  summary: "delete a role of the organization's own that nobody holds",
  examples: ['berth roles delete "On call" --yes'],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  async run(context, [wanted = ""], { org, yes }) {
    const connection = await connect(context);
    const organization = await resolveOrganization(context, connection, org);
    const { id, name } = await findRole(connection, context, { organization, wanted });
    const question = plainLine(`Delete the role ${name}?`);
    if (!yes && !(await context.terminal.confirm(question, "--yes"))) {
      context.terminal.note("Nothing was deleted.");
      return exitCodes.refused;
    }
    const params = { organization, role: id };
    await connection.client.call("deleteRole", { params }, { signal: context.signal });
    context.terminal.print("Deleted.");
    context.terminal.result({ organization, id });
    return undefined;
  },
});
