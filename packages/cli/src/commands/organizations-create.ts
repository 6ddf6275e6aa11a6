import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface CreateOptions {
  readonly name?: string;
}

export const organizationsCreateCommand = defineCommand<CreateOptions>({
  usage: "organizations create <slug> <owner-e-mail>",
  summary:
    "make an organization; an owner without an account is invited. Needs an operator's login",
  examples: ['berth organizations create globex owner@globex.example --name "Globex"'],
  options: [{ flags: "--name <text>", description: "default: the slug" }],
  async run(context, [slug = "", owner = ""], { name = slug }) {
    const { client } = await connect(context);
    const body = { slug, name, owner };
    const made = await client.call("createOrganization", { body }, { signal: context.signal });
    const lines = [`Made ${made.slug}.`];
    if (made.invitation === null) lines.push(`${owner} is its owner.`);
    else if (made.invitation.link === null) lines.push(`The invitation was mailed to ${owner}.`);
    else {
      lines.push(`${owner} becomes its owner by this link, once:`, made.invitation.link);
      lines.push("It is shown this once. Hand it over yourself, to nobody else.");
    }
    context.terminal.print(lines.map(plainLine).join("\n"));
    context.terminal.result(made);
    return undefined;
  },
});
