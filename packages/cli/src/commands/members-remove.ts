import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { findMember } from "../connection/find-member.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { exitCodes } from "../exit-codes.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface RemoveOptions {
  readonly org?: string;
  readonly yes?: boolean;
}

export const membersRemoveCommand = defineCommand<RemoveOptions>({
  usage: "members remove <e-mail>",
  summary: "remove somebody from an organization; what they have open there ends at once",
  examples: ["berth members remove grace@acme.example --yes"],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  async run(context, [wanted = ""], { org, yes }) {
    const connection = await connect(context);
    const organization = await resolveOrganization(context, connection, org);
    const member = await findMember(connection, context, { organization, wanted });
    const question = plainLine(`Remove ${member.person.name} from ${organization}?`);
    if (!yes && !(await context.terminal.confirm(question, "--yes"))) {
      context.terminal.note("Nobody was removed.");
      return exitCodes.refused;
    }
    const params = { organization, member: member.id };
    await connection.client.call("removeMember", { params }, { signal: context.signal });
    context.terminal.print("Removed.");
    context.terminal.result({ organization, id: member.id });
    return undefined;
  },
});
