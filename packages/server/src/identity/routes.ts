/** Handlers of sessions, sign-in and API keys. */
import { BerthError, createId } from "@berth/protocol";
import type { SessionView } from "@berth/protocol/api";
import { type ApiContext, callerOf, type Handlers, type RoutesOf } from "../http/api.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { OpenedIdentity } from "./open-identity.ts";
import { createSignIn } from "./sign-in.ts";

export interface IdentityRouteDeps {
  readonly identity: OpenedIdentity;
  readonly database: Pick<Database, "kysely">;
  readonly ground: Ground;
  /** The publishers that a person belongs to. */
  readonly publishersOf: (
    personId: string,
  ) => Promise<readonly { readonly name: string; readonly displayName: string }[]>;
}

const idBytes = 16;

function requireSession(context: ApiContext, what: string): void {
  if (callerOf(context).by === "session") return;
  throw new BerthError(
    "AUTH_FORBIDDEN",
    `${what} needs a session, and this request was made with an API key; sign in instead.`,
  );
}

export function identityHandlers(deps: IdentityRouteDeps): Handlers<RoutesOf<"Identity">> {
  const { identity, ground } = deps;
  const { kysely } = deps.database;
  const signIn = createSignIn({
    auth: identity.auth,
    links: identity.links,
    database: deps.database,
    ground,
    newId: () => createId("acc", ground.random(idBytes)),
    onSessionEnd: identity.tellSessionEnd,
  });

  const view = async (
    personId: string,
    by: SessionView["by"],
    organizationId?: string,
  ): Promise<SessionView> => {
    const [person, organizations, publishers] = await Promise.all([
      identity.findPerson(personId),
      identity.listMemberships(personId),
      deps.publishersOf(personId),
    ]);
    if (person === undefined) throw new BerthError("AUTH_REQUIRED", "Sign in again.");
    const { id, name, email, isOperator } = person;
    return {
      person: { id, name, email },
      isOperator,
      organizations: organizations
        .filter(({ id: own }) => organizationId === undefined || own === organizationId)
        .map(({ slug, name: title, role }) => ({ slug, name: title, role })),
      publishers: [...publishers],
      by,
    };
  };

  const keysOf = (personId: string) =>
    kysely
      .selectFrom("api_key")
      .select(["id", "name", "start", "createdAt", "expiresAt"])
      .where("referenceId", "=", personId);

  return {
    async redeemSignInLink({ body }, { setCookies }) {
      const { personId, cookies } = await signIn.byLink({ token: body.token });
      setCookies(cookies);
      return view(personId, "session");
    },
    async signInWithPassword({ body }, { address, setCookies }) {
      const { personId, cookies } = await signIn.byPassword({ ...body, address });
      setCookies(cookies);
      return view(personId, "session");
    },
    async getSession(_input, context) {
      const { personId, by, organizationId } = callerOf(context);
      return view(personId, by, organizationId);
    },
    async endSession(_input, context) {
      const { by, sessionId = "" } = callerOf(context);
      if (by === "embed") {
        await identity.embedSessions.end(sessionId);
        identity.tellSessionEnd(sessionId);
        return;
      }
      requireSession(context, "Signing out");
      context.setCookies(await signIn.end(context.request.headers));
    },
    async setPassword({ body }, context) {
      requireSession(context, "Setting a password");
      await signIn.setPassword({
        personId: callerOf(context).personId,
        password: body.password,
        current: body.current,
        headers: context.request.headers,
      });
    },
    async listApiKeys(_input, context) {
      const rows = await keysOf(callerOf(context).personId).orderBy("createdAt", "desc").execute();
      return { keys: rows.map(keyView) };
    },
    async createApiKey({ body }, context) {
      requireSession(context, "Making an API key");
      const { personId } = callerOf(context);
      const { id, secret } = await identity.createApiKey({
        personId,
        name: body.name,
        ...(body.expiresInDays === undefined ? {} : { expiresInDays: body.expiresInDays }),
      });
      const row = await keysOf(personId).where("id", "=", id).executeTakeFirstOrThrow();
      return { ...keyView(row), secret };
    },
    async deleteApiKey({ params }, context) {
      // A key may end itself, which takes away power and gives none.
      if (callerOf(context).keyId !== params.key) requireSession(context, "Deleting an API key");
      const gone = await kysely
        .deleteFrom("api_key")
        .where("id", "=", params.key)
        .where("referenceId", "=", callerOf(context).personId)
        .returning("id")
        .executeTakeFirst();
      if (gone !== undefined) return;
      throw new BerthError(
        "REQUEST_INVALID",
        `You have no API key with the id ${JSON.stringify(params.key.slice(0, 64))}; list them by GET /api/v1/api-keys.`,
      );
    },
  };
}

function keyView(row: {
  id: string;
  name: string | null;
  start: string | null;
  createdAt: Date;
  expiresAt: Date | null;
}) {
  return {
    id: row.id,
    name: row.name ?? "",
    start: row.start ?? "",
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
  };
}
