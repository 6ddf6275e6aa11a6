/** The Berth that a command talks to. */

import { type BerthClient, createClient } from "@berth/client";
import type { SessionView } from "@berth/protocol/api";
import type { CliContext } from "../context.ts";
import { getLogin } from "../settings/login.ts";

export interface Connection {
  readonly client: BerthClient;
  readonly url: string;
}

/** @throws BerthError AUTH_REQUIRED */
export async function connect(context: CliContext): Promise<Connection> {
  const { apiKey, url } = await getLogin(context);
  return { client: createClient({ baseUrl: url, apiKey }), url };
}

/** Who is calling. @throws BerthError AUTH_REQUIRED, SERVER_UNREACHABLE */
export async function getSession(
  { client }: Connection,
  { signal }: CliContext,
): Promise<SessionView> {
  return client.call("getSession", {}, { signal });
}
