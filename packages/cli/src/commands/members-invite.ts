import { BerthError } from "@berth/protocol";
import { defaultInvitationDays, maxInvitationDays } from "@berth/protocol/api";
import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { findRole } from "../connection/find-member.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface InviteOptions {
  readonly org?: string;
  readonly role: string;
  readonly days: string;
}

export const membersInviteCommand = defineCommand<InviteOptions>({
  usage: "members invite <e-mail>",
  summary: "make a link by which somebody joins an organization; Berth sends no mail itself",
  examples: [
    "berth members invite grace@acme.example",
    "berth members invite audit@acme.example --role auditor --days 1",
  ],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--role <name>", description: "which role they get", default: "member" },
    {
      flags: "--days <number>",
      description: "how long it holds",
      default: String(defaultInvitationDays),
    },
  ],
  async run(context, [email = ""], { org, role, days }) {
    const expiresInDays = Number(days);
    if (
      !Number.isInteger(expiresInDays) ||
      expiresInDays < 1 ||
      expiresInDays > maxInvitationDays
    ) {
      throw new BerthError(
        "OPTION_INVALID",
        `--days is ${JSON.stringify(days)}; expected a whole number from 1 to ${maxInvitationDays}.`,
        { details: { option: "--days" } },
      );
    }
    const connection = await connect(context);
    const organization = await resolveOrganization(context, connection, org);
    const { id } = await findRole(connection, context, { organization, wanted: role });
    const sent = await connection.client.call(
      "invite",
      { params: { organization }, body: { email, role: id, expiresInDays } },
      { signal: context.signal },
    );
    const lines =
      sent.link === null
        ? [`The link was mailed to ${sent.email}.`]
        : [
            `${sent.email} joins ${organization} as ${sent.roleName} by this link, once, until ${sent.expiresAt.slice(0, 10)}:`,
            sent.link,
            "It is shown this once. Hand it over yourself, to nobody else.",
          ];
    context.terminal.print(lines.map(plainLine).join("\n"));
    context.terminal.result({ organization, ...sent });
    return undefined;
  },
});
