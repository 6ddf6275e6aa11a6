/** Finds an installation by its id or its app's name, within one organization. */
import { BerthError } from "@berth/protocol";
import type { InstallationView } from "@berth/protocol/api";
import type { CliContext } from "../context.ts";
import { type Connection, connect } from "./connect.ts";
import { resolveOrganization } from "./organization.ts";

export interface FoundInstallation {
  readonly connection: Connection;
  readonly organization: string;
  readonly installation: InstallationView;
  /** Parameters of every route below the installation. */
  readonly params: { readonly organization: string; readonly installation: string };
}

/**
 * @param wanted - an id, `publisher/name`, or the name alone when it means one installation
 * @throws BerthError INSTALLATION_NOT_FOUND; OPTION_INVALID when a name means several
 */
export async function findInstallation(
  context: CliContext,
  wanted: string,
  org: string | undefined,
): Promise<FoundInstallation> {
  const connection = await connect(context);
  const organization = await resolveOrganization(context, connection, org);
  const { installations } = await connection.client.call(
    "listInstallations",
    { params: { organization } },
    { signal: context.signal },
  );
  const matching = installations.filter(
    ({ app, id }) => id === wanted || app === wanted || app.split("/")[1] === wanted,
  );
  const [installation, ...others] = matching;
  if (installation && others.length === 0) {
    const params = { organization, installation: installation.id };
    return { connection, organization, installation, params };
  }
  if (installation) {
    throw new BerthError(
      "OPTION_INVALID",
      `${wanted} means several installations: ${matching.map(({ app, id }) => `${app} (${id})`).join(", ")}; name one by its id.`,
    );
  }
  const names = installations.map(({ app }) => app).join(", ") || "none";
  throw new BerthError(
    "INSTALLATION_NOT_FOUND",
    `There is no installation ${JSON.stringify(wanted)} in ${organization}; installed: ${names}.`,
  );
}
