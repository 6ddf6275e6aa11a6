/** In whose name something is published; makes the publisher when it is new and wanted. */
import { BerthError, isBerthError, isSlug } from "@berth/protocol";
import { type Connection, getSession } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";

export interface PublisherWish {
  /** From the option, else from the manifest. */
  readonly wanted: string | undefined;
  /** Make it without asking. */
  readonly isYes: boolean;
}

/** @throws BerthError OPTION_INVALID, AUTH_FORBIDDEN when the publisher is someone else's */
export async function resolvePublisher(
  context: CliContext,
  connection: Connection,
  { isYes, wanted }: PublisherWish,
): Promise<string> {
  const { terminal } = context;
  const { person, publishers } = await getSession(connection, context);
  const mine = publishers.map(({ name }) => name);
  const [only, ...others] = mine;
  if (wanted === undefined && only !== undefined) {
    if (others.length === 0) return only;
    const choices = publishers.map(({ displayName, name }) => ({
      value: name,
      label: displayName,
    }));
    return terminal.choose("In whose name?", choices, `--publisher (${mine.join(", ")})`);
  }
  const name =
    wanted ?? (await terminal.ask("A name for you as a publisher", "--publisher <name>")).trim();
  if (mine.includes(name)) return name;
  if (!isSlug(name)) {
    throw new BerthError(
      "OPTION_INVALID",
      `The publisher's name is ${JSON.stringify(name.slice(0, 80))}; expected lower-case letters, digits and dashes.`,
      { details: { option: "publisher" } },
    );
  }
  if (await exists(context, connection, name)) {
    throw new BerthError(
      "AUTH_FORBIDDEN",
      `The publisher ${name} is someone else's; ask its owner to add you, or give another as --publisher.`,
    );
  }
  const isWanted = isYes || (await terminal.confirm(`Create the publisher ${name}?`, "--yes"));
  if (!isWanted) {
    throw new BerthError("PUBLISHER_NOT_FOUND", `The publisher ${name} was not created.`);
  }
  await connection.client.call(
    "createPublisher",
    { body: { name, displayName: wanted === undefined ? person.name.slice(0, 80) || name : name } },
    { signal: context.signal },
  );
  terminal.note(`Created the publisher ${name}.`);
  return name;
}

async function exists(
  { signal }: CliContext,
  { client }: Connection,
  publisher: string,
): Promise<boolean> {
  try {
    await client.call("getPublisher", { params: { publisher } }, { signal });
    return true;
  } catch (error) {
    if (isBerthError(error, "PUBLISHER_NOT_FOUND")) return false;
    throw error;
  }
}
