import { defineCommand } from "../command.ts";
import { type Connection, connect } from "../connection/connect.ts";
import { resolveOrganization } from "../connection/organization.ts";
import type { CliContext } from "../context.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

interface ListOptions {
  readonly org?: string;
  readonly limits?: boolean;
}

export const listCommand = defineCommand<ListOptions>({
  usage: "list",
  summary: "list the apps installed in an organization",
  examples: ["berth list", "berth list --org acme --json", "berth list --limits"],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    {
      flags: "--limits",
      description: "with every limit: asked, the operator's ceiling, effective",
    },
  ],
  async run(context, _args, { limits, org }) {
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
    if (limits === true) return listLimits(context, connection, { organization, installations });
    context.terminal.result({ organization, installations });
    return undefined;
  },
});

interface Listed {
  readonly organization: string;
  readonly installations: readonly { readonly id: string; readonly app: string }[];
}

async function listLimits(
  { signal, terminal }: CliContext,
  { client }: Connection,
  { installations, organization }: Listed,
): Promise<undefined> {
  const detailed = [];
  for (const installation of installations) {
    const params = { organization, installation: installation.id };
    const { limits } = await client.call("getInstallation", { params }, { signal });
    detailed.push({ ...installation, limits });
  }
  const rows = detailed.flatMap(({ app, limits }) =>
    limits.map(({ asked, ceiling, effective, name }) =>
      [app, name, asked === null ? "default" : `${asked}`, `${ceiling}`, `${effective}`].map(
        plainLine,
      ),
    ),
  );
  terminal.print(`\n${formatTable([["APP", "LIMIT", "ASKED", "CEILING", "EFFECTIVE"], ...rows])}`);
  terminal.result({ organization, installations: detailed });
}
