/**
 * Sessions of people who signed in here: opening them, their time-outs, and their end.
 *
 * A session ends by itself after seven days, and after a day in which nothing was asked with it.
 * Invariants: a session is made anew at each sign-in and its token is never one that came from
 * outside; its token changes when its person proves more; whoever ends one tells those who hold its
 * streams and views.
 */
import { BerthError } from "@berth/protocol";
import type { OwnSessionView } from "@berth/protocol/api";
import type { Transaction } from "kysely";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { Schema } from "../storage/schema.ts";
import type { ActOrigin, ActRecord } from "../trail/trail.ts";
import { type Auth, maxSessionSeconds } from "./auth.ts";
import { deviceOf } from "./device.ts";

/** What a browser says of itself when it signs in. */
export interface Visitor {
  /** Null when unknown. */
  readonly address: string | null;
  readonly headers: Headers;
}

export interface SessionProof {
  readonly sessionId: string;
  readonly personId: string;
  /** In milliseconds since 1970. */
  readonly provedAt: number;
  readonly secondFactorAt: number | null;
}

export interface Sessions {
  /** The session that the browser had before, if any, is over. */
  open(options: {
    readonly personId: string;
    readonly visitor: Visitor;
    readonly hasSecondFactor: boolean;
  }): Promise<{ readonly sessionId: string; readonly cookies: readonly string[] }>;
  /** Who sent these headers; counts as being seen unless `isWatching`. */
  find(headers: Headers, isWatching: boolean): Promise<SessionProof | undefined>;
  /** Notes a proof: the session goes on under another token. @returns its cookies */
  renew(
    sessionId: string,
    proof: { readonly hasSecondFactor: boolean },
  ): Promise<readonly string[]>;
  list(personId: string): Promise<Omit<OwnSessionView, "isCurrent">[]>;
  /** @throws SESSION_NOT_FOUND when it is none of the person's */
  endOne(personId: string, sessionId: string, origin: ActOrigin): Promise<void>;
  /** @returns how many ended */
  endAll(options: {
    readonly personId: string;
    /** This one stays. */
    readonly except?: string;
    readonly origin: ActOrigin;
  }): Promise<number>;
}

export const maxIdleMs = 24 * 3_600_000;
const seenEveryMs = 60_000;
const tokenBytes = 32;
const maxUserAgentChars = 400;

export function createSessions(options: {
  readonly auth: Auth;
  readonly database: Pick<Database, "kysely">;
  readonly ground: Ground;
  readonly trail: ActRecord;
  readonly onSessionEnd: (sessionId: string) => void;
}): Sessions {
  const { auth, trail, onSessionEnd } = options;
  const { kysely } = options.database;
  const { clock, random, logger } = options.ground;

  const isOver = (session: { expiresAt: Date; lastSeenAt: Date }) =>
    session.expiresAt.getTime() <= clock.now() ||
    session.lastSeenAt.getTime() + maxIdleMs <= clock.now();

  async function drop(sessionId: string): Promise<void> {
    await kysely.deleteFrom("session").where("id", "=", sessionId).execute();
    onSessionEnd(sessionId);
  }

  const record = (
    trx: Transaction<Schema>,
    personId: string,
    ended: { readonly origin: ActOrigin; readonly ids: readonly string[] },
  ) =>
    trail.record(trx, {
      ...ended.origin,
      action: "session.end",
      organizationId: null,
      target: { kind: "person", id: personId },
      details: { sessions: [...ended.ids] },
    });

  return {
    async open({ personId, visitor, hasSecondFactor }) {
      const before = visitor.headers.has("cookie")
        ? await auth.api.getSession({ headers: visitor.headers })
        : null;
      const now = new Date(clock.now());
      // Those that are over stay until somebody asks for them: nobody else would take them away.
      await kysely
        .deleteFrom("session")
        .where("userId", "=", personId)
        .where((by) =>
          by.or([
            by("expiresAt", "<=", now),
            by("lastSeenAt", "<=", new Date(clock.now() - maxIdleMs)),
          ]),
        )
        .execute();
      const { headers, response } = await auth.api.openSession({
        body: {
          personId,
          now,
          expiresAt: new Date(clock.now() + maxSessionSeconds * 1_000),
          secondFactorAt: hasSecondFactor ? now : null,
          address: visitor.address ?? "",
          userAgent: (visitor.headers.get("user-agent") ?? "").slice(0, maxUserAgentChars),
        },
        returnHeaders: true,
      });
      if (before !== null) await drop(before.session.id);
      return { sessionId: response.sessionId, cookies: headers.getSetCookie() };
    },

    async find(headers, isWatching) {
      const found = await auth.api.getSession({ headers });
      if (found === null) return undefined;
      const { session } = found;
      const lastSeenAt = session.lastSeenAt ?? session.createdAt;
      if (isOver({ expiresAt: session.expiresAt, lastSeenAt })) {
        await drop(session.id);
        return undefined;
      }
      if (!isWatching && clock.now() - lastSeenAt.getTime() >= seenEveryMs) {
        const seen = { lastSeenAt: new Date(clock.now()) };
        await kysely
          .updateTable("session")
          .set(seen)
          .where("id", "=", session.id)
          .execute()
          .catch((error: unknown) => logger.warn({ err: error }, "a session was not marked seen"));
      }
      return {
        sessionId: session.id,
        personId: session.userId,
        provedAt: (session.provedAt ?? session.createdAt).getTime(),
        secondFactorAt: session.secondFactorAt?.getTime() ?? null,
      };
    },

    async renew(sessionId, { hasSecondFactor }) {
      const token = Buffer.from(random(tokenBytes)).toString("base64url");
      const now = new Date(clock.now());
      const renewed = await kysely
        .updateTable("session")
        .set({ token, provedAt: now, ...(hasSecondFactor ? { secondFactorAt: now } : {}) })
        .where("id", "=", sessionId)
        .returning("id")
        .executeTakeFirst();
      if (renewed === undefined) throw new BerthError("AUTH_REQUIRED", "Sign in again.");
      const { headers } = await auth.api.giveSessionCookie({
        body: { token },
        returnHeaders: true,
      });
      return headers.getSetCookie();
    },

    async list(personId) {
      const rows = await kysely
        .selectFrom("session")
        .select(["id", "userAgent", "ipAddress", "createdAt", "lastSeenAt", "expiresAt"])
        .where("userId", "=", personId)
        .orderBy("createdAt", "desc")
        .execute();
      return rows
        .map((row) => ({ ...row, lastSeenAt: row.lastSeenAt ?? row.createdAt }))
        .filter((row) => !isOver(row))
        .map((row) => ({
          id: row.id,
          device: deviceOf(row.userAgent),
          address: row.ipAddress || null,
          createdAt: row.createdAt.toISOString(),
          lastSeenAt: row.lastSeenAt.toISOString(),
        }));
    },

    async endOne(personId, sessionId, origin) {
      await kysely.transaction().execute(async (trx) => {
        const ended = await trx
          .deleteFrom("session")
          .where("id", "=", sessionId)
          .where("userId", "=", personId)
          .returning("id")
          .executeTakeFirst();
        if (ended === undefined) {
          throw new BerthError(
            "SESSION_NOT_FOUND",
            `You have no session ${JSON.stringify(sessionId.slice(0, 64))}; list them by GET /api/v1/sessions.`,
          );
        }
        await record(trx, personId, { origin, ids: [sessionId] });
      });
      onSessionEnd(sessionId);
    },

    async endAll({ personId, except, origin }) {
      const ended = await kysely.transaction().execute(async (trx) => {
        const rows = await trx
          .deleteFrom("session")
          .where("userId", "=", personId)
          .$if(except !== undefined, (query) => query.where("id", "!=", except ?? ""))
          .returning("id")
          .execute();
        const ids = rows.map(({ id }) => id);
        if (ids.length > 0) await record(trx, personId, { origin, ids });
        return ids;
      });
      for (const id of ended) onSessionEnd(id);
      return ended.length;
    },
  };
}
