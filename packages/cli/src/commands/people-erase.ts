import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { exitCodes } from "../exit-codes.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

interface EraseOptions {
  readonly org?: string | true;
  readonly yes?: boolean;
}

export const peopleEraseCommand = defineCommand<EraseOptions>({
  usage: "people erase <person>",
  summary: "erase a person, named by id or e-mail address, for good",
  examples: [
    "berth people erase ada@acme.example",
    "berth people erase per_0123 --org acme --yes --json",
  ],
  options: [
    {
      flags: "--org [slug]",
      description: "only what this organization holds; default: the whole host, for its operator",
    },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  async run(context, [person = ""], { org, yes }) {
    const connection = await connect(context);
    const organization =
      org === undefined
        ? undefined
        : await resolveOrganization(context, connection, org === true ? undefined : org);
    const where = organization === undefined ? "this host" : organization;
    const question = `Erase ${person} from ${where}? It cannot be undone.`;
    if (!yes && !(await context.terminal.confirm(plainLine(question), "--yes"))) {
      context.terminal.note("Nobody was erased.");
      return exitCodes.refused;
    }
    const body = { person, confirm: person };
    const { signal } = context;
    const { client } = connection;
    const erased =
      organization === undefined
        ? await client.call("erasePerson", { body }, { signal })
        : await client.call("eraseMember", { params: { organization }, body }, { signal });
    context.terminal.print(`Erased; the record names them ${erased.opaqueId}.`);
    if (erased.installations.length > 0) {
      const rows = erased.installations.map(({ app, id, member, organization: slug }) =>
        [app, slug, id, member].map(plainLine),
      );
      context.terminal.print(
        `\nThese apps may hold something of theirs under a pseudonym; ask their publishers:\n${formatTable([["APP", "ORGANIZATION", "INSTALLATION", "PSEUDONYM"], ...rows])}`,
      );
    }
    context.terminal.result(erased);
    return undefined;
  },
});
