import { BerthError } from "@berth/protocol";
import { type OrganizationPermission, organizationPermissions } from "@berth/protocol/api";
import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface CreateOptions {
  readonly org?: string;
  readonly may?: readonly string[];
  readonly description?: string;
}

function isPermission(name: string): name is OrganizationPermission {
  return Object.hasOwn(organizationPermissions, name);
}

function readPermissions(names: readonly string[]): OrganizationPermission[] {
  const wrong = names.find((name) => !isPermission(name));
  if (wrong === undefined) return names.filter(isPermission);
  throw new BerthError(
    "OPTION_INVALID",
    `--may is ${JSON.stringify(wrong)}; expected one of ${Object.keys(organizationPermissions).join(", ")}.`,
    { details: { option: "--may" } },
  );
}

export const rolesCreateCommand = defineCommand<CreateOptions>({
  usage: "roles create <name>",
  summary: "make a role out of permissions that you hold yourself",
  examples: ['berth roles create "On call" --may organization.read --may apps.operate'],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--may <permission>", description: "what it gives", isRepeatable: true },
    { flags: "--description <text>", description: "what it is for" },
  ],
  async run(context, [name = ""], { org, may = [], description = "" }) {
    const permissions = readPermissions(may);
    const connection = await connect(context);
    const organization = await resolveOrganization(context, connection, org);
    const role = await connection.client.call(
      "createRole",
      { params: { organization }, body: { name, description, permissions } },
      { signal: context.signal },
    );
    context.terminal.print(plainLine(`Made the role ${role.name} (${role.id}).`));
    context.terminal.result({ organization, ...role });
    return undefined;
  },
});
