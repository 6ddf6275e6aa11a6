/**
 * Sign-in and sign-out in the audit log.
 *
 * Invariant: a session that could not be recorded is ended before its cookie leaves. Failures are
 * recorded too, each node at most so many a minute; what is left out is counted in the next entry.
 */
import { isBerthError } from "@berth/protocol";
import { bySystem, personOrigin } from "../http/actor.ts";
import type { ApiContext } from "../http/api.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { ActOrigin, ActRecord } from "../trail/trail.ts";
import type { Visitor } from "./sessions.ts";
import type { Challenged, SignedIn, SignIn } from "./sign-in.ts";

const maxFailuresAMinute = 300;
const minuteMs = 60_000;
const refusals = [
  ...(["AUTH_REQUIRED", "SIGN_IN_LINK_INVALID"] as const),
  ...(["SECOND_FACTOR_INVALID", "PASSKEY_INVALID"] as const),
];

type From = Pick<ApiContext, "address" | "requestId">;

export interface RecordedSignIn {
  /** As `SignIn.byPassword`. */
  byPassword(
    proof: { readonly email: string; readonly password: string; readonly visitor: Visitor },
    from: From,
  ): Promise<SignedIn | Challenged>;
  /** As `SignIn.bySecondFactor`. */
  bySecondFactor(
    proof: { readonly code: string; readonly visitor: Visitor },
    from: From,
  ): Promise<SignedIn>;
  /** As `SignIn.byPasskey`. */
  byPasskey(
    proof: { readonly response: Record<string, unknown>; readonly visitor: Visitor },
    from: From,
  ): Promise<SignedIn>;
  /** As `SignIn.byLink`. */
  byLink(
    proof: { readonly token: string; readonly visitor: Visitor },
    from: From,
  ): Promise<SignedIn>;
  /** As `SignIn.end`, of this session. */
  end(session: {
    readonly sessionId: string;
    readonly headers: Headers;
    readonly origin: ActOrigin;
  }): Promise<readonly string[]>;
}

export interface RecordedSignInOptions {
  readonly signIn: SignIn;
  readonly database: Pick<Database, "kysely">;
  readonly trail: ActRecord;
  readonly ground: Pick<Ground, "clock">;
  readonly findPerson: (email: string) => Promise<{ readonly id: string } | undefined>;
  readonly onSessionEnd: (sessionId: string) => void;
}

/** Cookies as a browser would send them back. */
const sentBack = (cookies: readonly string[]) =>
  new Headers({ cookie: cookies.map((cookie) => cookie.split(";", 1)[0]).join("; ") });

export function createRecordedSignIn(options: RecordedSignInOptions): RecordedSignIn {
  const { signIn, database, trail, ground } = options;
  let windowEndsAt = 0;
  let failures = 0;
  let leftOut = 0;

  async function recorded(
    signedIn: SignedIn,
    by: "session" | "link",
    from: From,
  ): Promise<SignedIn> {
    const { personId } = signedIn;
    try {
      await database.kysely.transaction().execute((trx) =>
        trail.record(trx, {
          ...personOrigin(from, { personId, by }),
          action: "session.open",
          organizationId: null,
          target: { kind: "person", id: personId },
        }),
      );
    } catch (error) {
      await signIn.end(sentBack(signedIn.cookies));
      throw error;
    }
    return signedIn;
  }

  /** @returns how many were left out since the last; undefined when this one is, too */
  function countFailure(): number | undefined {
    const now = ground.clock.now();
    if (now >= windowEndsAt) {
      windowEndsAt = now + minuteMs;
      failures = 0;
    }
    failures += 1;
    if (failures > maxFailuresAMinute) {
      leftOut += 1;
      return undefined;
    }
    const before = leftOut;
    leftOut = 0;
    return before;
  }

  async function recordFailure(
    error: unknown,
    from: From,
    tried: {
      readonly by: "password" | "second-factor" | "passkey" | "link";
      readonly email?: string;
    },
  ): Promise<void> {
    const skipped = refusals.some((code) => isBerthError(error, code)) ? countFailure() : undefined;
    if (skipped === undefined) return;
    const { email, by } = tried;
    const person = email === undefined ? undefined : await options.findPerson(email);
    const fields = {
      ...(from.address === null ? {} : { address: from.address }),
      ...(person !== undefined || email === undefined ? {} : { email: email.slice(0, 254) }),
    };
    await database.kysely.transaction().execute((trx) =>
      trail.record(trx, {
        ...bySystem,
        action: "session.refuse",
        organizationId: null,
        target: { kind: "person", id: person?.id ?? "unknown" },
        details: { by, ...(skipped === 0 ? {} : { leftOut: skipped }) },
        personal: { personId: person?.id ?? null, fields },
        requestId: from.requestId,
      }),
    );
  }

  return {
    async byPassword(proof, from) {
      try {
        const step = await signIn.byPassword(proof);
        return "personId" in step ? await recorded(step, "session", from) : step;
      } catch (error) {
        await recordFailure(error, from, { by: "password", email: proof.email });
        throw error;
      }
    },
    async bySecondFactor(proof, from) {
      try {
        return await recorded(await signIn.bySecondFactor(proof), "session", from);
      } catch (error) {
        await recordFailure(error, from, { by: "second-factor" });
        throw error;
      }
    },
    async byPasskey(proof, from) {
      try {
        return await recorded(await signIn.byPasskey(proof), "session", from);
      } catch (error) {
        await recordFailure(error, from, { by: "passkey" });
        throw error;
      }
    },
    async byLink(proof, from) {
      try {
        return await recorded(await signIn.byLink(proof), "link", from);
      } catch (error) {
        await recordFailure(error, from, { by: "link" });
        throw error;
      }
    },
    async end({ sessionId, headers, origin }) {
      await database.kysely.transaction().execute(async (trx) => {
        await trx.deleteFrom("session").where("id", "=", sessionId).execute();
        await trail.record(trx, {
          ...origin,
          action: "session.end",
          organizationId: null,
          target: { kind: "session", id: sessionId },
        });
      });
      options.onSessionEnd(sessionId);
      return signIn.end(headers);
    },
  };
}
