/** Which organization a command is about: `--org`, else the only one, else a question. */
import { BerthError } from "@berth/protocol";
import type { CliContext } from "../context.ts";
import { type Connection, getSession } from "./connect.ts";

/** The organization's slug. @throws BerthError ORGANIZATION_NOT_FOUND, OPTION_INVALID */
export async function resolveOrganization(
  context: CliContext,
  connection: Connection,
  wanted: string | undefined,
): Promise<string> {
  const { organizations } = await getSession(connection, context);
  const slugs = organizations.map(({ slug }) => slug);
  if (wanted !== undefined) {
    if (slugs.includes(wanted)) return wanted;
    const mend = slugs.length > 0 ? `yours: ${slugs.join(", ")}` : "you belong to none";
    throw new BerthError(
      "ORGANIZATION_NOT_FOUND",
      `There is no organization ${JSON.stringify(wanted)} for you; ${mend}.`,
    );
  }
  const [only, ...others] = slugs;
  if (only === undefined) {
    throw new BerthError(
      "ORGANIZATION_NOT_FOUND",
      "You belong to no organization here; ask an administrator to add you.",
    );
  }
  if (others.length === 0) return only;
  const choices = organizations.map(({ name, slug }) => ({ value: slug, label: name }));
  return context.terminal.choose("Which organization?", choices, `--org (${slugs.join(", ")})`);
}
