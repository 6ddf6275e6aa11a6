/**
 * Tells who sent a request, by API key, by a session that the product opened, or by session cookie.
 *
 * Trust: headers are hostile. A request that sends a key is judged by the key alone, so that a wrong
 * one is never made good by a cookie that happens to be there.
 */
import type { Caller } from "../http/api.ts";
import type { Database } from "../storage/database.ts";
import { type Auth, apiKeyPrefix } from "./auth.ts";
import { type EmbedSessions, embedTokenPrefix } from "./embedding/embed-sessions.ts";

const maxKeyChars = 200;

/** The API key of a request, valid or not; undefined when it sends none. */
export function findApiKey(headers: Headers): string | undefined {
  const direct = headers.get("x-api-key");
  if (direct !== null) return direct;
  const authorization = headers.get("authorization");
  if (authorization === null) return undefined;
  return /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
}

export function createAuthenticate(options: {
  readonly auth: Auth;
  readonly database: Pick<Database, "kysely">;
  readonly embedSessions: Pick<EmbedSessions, "find">;
}): (request: Request) => Promise<Caller | null> {
  const { auth, embedSessions } = options;
  const { kysely } = options.database;

  const findCaller = async (
    personId: string,
    proof: Pick<Caller, "by" | "keyId" | "sessionId" | "organizationId">,
  ): Promise<Caller | null> => {
    const person = await kysely
      .selectFrom("person")
      .leftJoin("operator", "operator.person_id", "person.id")
      .select(["person.id", "person.name", "person.email", "operator.person_id as operator_id"])
      .where("person.id", "=", personId)
      .executeTakeFirst();
    if (person === undefined) return null;
    const { id, name, email, operator_id } = person;
    return { personId: id, name, email, ...proof, isOperator: operator_id !== null };
  };

  return async ({ headers }) => {
    const key = findApiKey(headers);
    if (key?.startsWith(embedTokenPrefix)) {
      const found = key.length > maxKeyChars ? undefined : await embedSessions.find(key);
      if (found === undefined) return null;
      const { personId, ...proof } = found;
      return findCaller(personId, { by: "embed", ...proof });
    }
    if (key !== undefined) {
      if (!key.startsWith(apiKeyPrefix) || key.length > maxKeyChars) return null;
      const checked = await auth.api.verifyApiKey({ body: { key } });
      return checked.valid && checked.key !== null
        ? findCaller(checked.key.referenceId, { by: "key", keyId: checked.key.id })
        : null;
    }
    if (!headers.has("cookie")) return null;
    const session = await auth.api.getSession({ headers });
    if (session === null) return null;
    return findCaller(session.user.id, { by: "session", sessionId: session.session.id });
  };
}
