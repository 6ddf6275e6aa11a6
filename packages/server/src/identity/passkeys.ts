/**
 * Passkeys: WebAuthn credentials that sign in without a name or a password.
 *
 * better-auth keeps the challenges and checks signatures; which origin counts is said here, not by
 * the request. Invariants: a challenge works once and in the browser that it was given to; a passkey
 * whose addition was not recorded signs nobody in; the device has verified its owner, so a sign-in by
 * passkey stands for both factors.
 */
import { BerthError } from "@berth/protocol";
import type { PasskeyView } from "@berth/protocol/api";
import { APIError } from "better-auth/api";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { Act, ActOrigin, ActRecord } from "../trail/trail.ts";
import { type Auth, maxSessionSeconds } from "./auth.ts";
import { passkeyApiOf } from "./passkey-plugin.ts";
import type { Visitor } from "./sessions.ts";

type Json = Record<string, unknown>;

export interface Begun {
  /** For the browser's `navigator.credentials`. */
  readonly options: Json;
  readonly cookies: readonly string[];
}

export interface Passkeys {
  beginSignIn(): Promise<Begun>;
  /** @throws PASSKEY_INVALID */
  signIn(
    response: Json,
    visitor: Visitor,
  ): Promise<{ readonly personId: string; readonly cookies: readonly string[] }>;
  /** To prove again who one is. @throws PASSKEY_INVALID when the person has none */
  beginProof(personId: string): Promise<Begun>;
  /** Opens no session. @throws PASSKEY_INVALID, also for another person's */
  prove(personId: string, response: Json, headers: Headers): Promise<void>;
  /** @throws REQUEST_INVALID when there are too many */
  beginAdding(personId: string, headers: Headers): Promise<Begun>;
  /** @throws PASSKEY_INVALID */
  add(options: {
    readonly personId: string;
    readonly name: string;
    readonly response: Json;
    readonly headers: Headers;
    readonly origin: ActOrigin;
  }): Promise<PasskeyView>;
  list(personId: string): Promise<PasskeyView[]>;
  /** @throws PASSKEY_INVALID when it is none of the person's */
  rename(personId: string, id: string, name: string): Promise<PasskeyView>;
  /** @throws PASSKEY_INVALID when it is none of the person's */
  remove(personId: string, id: string, origin: ActOrigin): Promise<void>;
}

const maxPasskeys = 20;
const columns = ["id", "name", "createdAt", "backedUp"] as const;

function viewOf(row: {
  id: string;
  name: string | null;
  createdAt: Date | null;
  backedUp: boolean;
}): PasskeyView {
  return {
    id: row.id,
    name: row.name ?? "",
    createdAt: (row.createdAt ?? new Date(0)).toISOString(),
    isSynced: row.backedUp,
  };
}

export function createPasskeys(options: {
  readonly auth: Auth;
  readonly database: Pick<Database, "kysely">;
  readonly ground: Ground;
  readonly trail: ActRecord;
  /** The one origin whose pages may use passkeys. */
  readonly consoleOrigin: () => string;
  readonly onSessionEnd: (sessionId: string) => void;
}): Passkeys {
  const { auth, trail } = options;
  const { kysely } = options.database;
  const { clock } = options.ground;
  const api = passkeyApiOf(auth);

  /** Its cookies, and our origin in place of the one that it claims. */
  const trusted = (headers: Headers) => {
    const kept = new Headers({ origin: options.consoleOrigin() });
    const cookie = headers.get("cookie");
    if (cookie !== null) kept.set("cookie", cookie);
    return kept;
  };

  const refused = (cause: unknown) =>
    new BerthError(
      "PASSKEY_INVALID",
      "The passkey is refused: it is unknown here, or its answer is not of this page and this moment; try again.",
      { cause },
    );

  async function checked<Value>(check: () => Promise<Value>): Promise<Value> {
    try {
      return await check();
    } catch (error) {
      if (error instanceof APIError) throw refused(error);
      throw error;
    }
  }

  const unknown = (id: string) =>
    new BerthError(
      "PASSKEY_INVALID",
      `You have no passkey with the id ${JSON.stringify(id.slice(0, 64))}; list them by GET /api/v1/passkeys.`,
    );

  /** Checks the answer; better-auth opens a session by it. */
  async function verify(response: Json, sent: Headers, personId?: string) {
    const known = await kysely
      .selectFrom("passkey")
      .select("id")
      .where("credentialID", "=", String(response.id))
      .where("recorded_at", "is not", null)
      .$if(personId !== undefined, (query) => query.where("userId", "=", personId ?? ""))
      .executeTakeFirst();
    if (known === undefined) throw refused(undefined);
    return checked(() =>
      api.verifyPasskeyAuthentication({
        body: { response },
        headers: trusted(sent),
        returnHeaders: true,
      }),
    );
  }

  async function beginAsking(): Promise<Begun> {
    const { response, headers } = await api.generatePasskeyAuthenticationOptions({
      headers: new Headers(),
      returnHeaders: true,
    });
    return {
      options: { ...response, userVerification: "required" },
      cookies: headers.getSetCookie(),
    };
  }

  const act = (action: string, personId: string, id: string, origin: ActOrigin): Act => ({
    ...origin,
    action,
    organizationId: null,
    target: { kind: "person", id: personId },
    details: { passkey: id },
  });

  return {
    beginSignIn: beginAsking,

    async signIn(response, { address, headers: sent }) {
      const before = await auth.api.getSession({ headers: trusted(sent) });
      const { response: opened, headers } = await verify(response, sent);
      const now = new Date(clock.now());
      await kysely
        .updateTable("session")
        .set({
          ...{ createdAt: now, lastSeenAt: now, provedAt: now, secondFactorAt: now },
          expiresAt: new Date(clock.now() + maxSessionSeconds * 1_000),
          ipAddress: address ?? "",
          userAgent: (sent.get("user-agent") ?? "").slice(0, 400),
        })
        .where("id", "=", opened.session.id)
        .execute();
      if (before !== null) {
        await kysely.deleteFrom("session").where("id", "=", before.session.id).execute();
        options.onSessionEnd(before.session.id);
      }
      return { personId: opened.user.id, cookies: headers.getSetCookie() };
    },

    async beginProof(personId) {
      const own = await kysely
        .selectFrom("passkey")
        .select("credentialID")
        .where("userId", "=", personId)
        .where("recorded_at", "is not", null)
        .execute();
      if (own.length === 0) {
        throw new BerthError(
          "PASSKEY_INVALID",
          "You have no passkey to prove it by; use a code or your password.",
        );
      }
      const { options: asked, cookies } = await beginAsking();
      const allowCredentials = own.map((row) => ({ type: "public-key", id: row.credentialID }));
      return { options: { ...asked, allowCredentials }, cookies };
    },

    async prove(personId, response, sent) {
      const { response: opened } = await verify(response, sent, personId);
      // Its token never left here: the session that asked goes on, under a token of its own.
      await kysely.deleteFrom("session").where("id", "=", opened.session.id).execute();
    },

    async beginAdding(personId, sent) {
      const { count } = await kysely
        .selectFrom("passkey")
        .select((by) => by.fn.countAll<string | number>().as("count"))
        .where("userId", "=", personId)
        .executeTakeFirstOrThrow();
      if (Number(count) >= maxPasskeys) {
        throw new BerthError(
          "REQUEST_INVALID",
          `You have ${count} passkeys, and ${maxPasskeys} is the most; remove one first.`,
        );
      }
      const { response, headers } = await checked(() =>
        api.generatePasskeyRegistrationOptions({
          headers: trusted(sent),
          returnHeaders: true,
        }),
      );
      return { options: { ...response }, cookies: headers.getSetCookie() };
    },

    async add({ personId, name, response, headers, origin }) {
      const { id } = await checked(() =>
        api.verifyPasskeyRegistration({
          body: { response, name },
          headers: trusted(headers),
        }),
      );
      return kysely.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable("passkey")
          .set({ recorded_at: new Date(clock.now()) })
          .where("id", "=", id)
          .where("userId", "=", personId)
          .returning(columns)
          .executeTakeFirstOrThrow();
        await trail.record(trx, act("passkey.add", personId, id, origin));
        return viewOf(row);
      });
    },

    async list(personId) {
      const rows = await kysely
        .selectFrom("passkey")
        .select(columns)
        .where("userId", "=", personId)
        .where("recorded_at", "is not", null)
        .orderBy("createdAt")
        .execute();
      return rows.map(viewOf);
    },

    async rename(personId, id, name) {
      const row = await kysely
        .updateTable("passkey")
        .set({ name })
        .where("id", "=", id)
        .where("userId", "=", personId)
        .returning(columns)
        .executeTakeFirst();
      if (row === undefined) throw unknown(id);
      return viewOf(row);
    },

    async remove(personId, id, origin) {
      await kysely.transaction().execute(async (trx) => {
        const gone = await trx
          .deleteFrom("passkey")
          .where("id", "=", id)
          .where("userId", "=", personId)
          .returning("id")
          .executeTakeFirst();
        if (gone === undefined) throw unknown(id);
        await trail.record(trx, act("passkey.remove", personId, id, origin));
      });
    },
  };
}
