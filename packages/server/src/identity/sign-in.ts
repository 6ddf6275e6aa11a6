/**
 * Proofs of identity over HTTP: password, link, second factor and passkey, with their failures counted.
 *
 * Trust: the caller is unknown. A wrong password and an unknown address get the same answer after
 * the same work. Invariant: a password alone opens no session for somebody with a second factor.
 */
import { BerthError } from "@berth/protocol";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { ActOrigin, ActRecord } from "../trail/trail.ts";
import type { AttemptBound } from "./attempts.ts";
import { createAttempts } from "./attempts.ts";
import type { Auth } from "./auth.ts";
import { foldEmail } from "./insert-person.ts";
import type { LockKey, LockOut } from "./lock-out.ts";
import { networkOf } from "./network-of.ts";
import type { Begun, Passkeys } from "./passkeys.ts";
import { checkPassword } from "./people.ts";
import type { Challenges } from "./second-factor/challenges.ts";
import type { SecondFactors } from "./second-factor/second-factors.ts";
import type { Sessions, Visitor } from "./sessions.ts";
import type { SignInLinks } from "./sign-in-link.ts";

const perPair: AttemptBound = { max: 10, windowMs: 300_000 };
const perAddress: AttemptBound = { max: 50, windowMs: 300_000 };
const maxNetworksAsked = 50;
/** Each makes a row, and nobody has proven anything yet. */
const passkeyBegins: AttemptBound = { max: 120, windowMs: 300_000 };

/** Of no password, in better-auth's form: an address that is unknown costs what a known one does. */
const nobodysHash = `${"0".repeat(32)}:${"0".repeat(128)}`;

export interface SignedIn {
  readonly personId: string;
  readonly cookies: readonly string[];
}

/** The first step was right; the second is owed. */
export interface Challenged {
  readonly challengedUntil: Date;
  readonly cookies: readonly string[];
}

export interface SignIn {
  /** @throws AUTH_REQUIRED; RATE_LIMITED */
  byPassword(proof: {
    readonly email: string;
    readonly password: string;
    readonly visitor: Visitor;
  }): Promise<SignedIn | Challenged>;
  /** The second step. @throws AUTH_REQUIRED without a first one; SECOND_FACTOR_INVALID, RATE_LIMITED */
  bySecondFactor(proof: { readonly code: string; readonly visitor: Visitor }): Promise<SignedIn>;
  /** Links are made on the host itself, so they ask for no second factor, and prove none. @throws SIGN_IN_LINK_INVALID */
  byLink(proof: { readonly token: string; readonly visitor: Visitor }): Promise<SignedIn>;
  /** @throws RATE_LIMITED */
  beginPasskey(address: string | null): Promise<Begun>;
  /** @throws PASSKEY_INVALID, RATE_LIMITED */
  byPasskey(proof: {
    readonly response: Record<string, unknown>;
    readonly visitor: Visitor;
  }): Promise<SignedIn>;
  /** The cookies that end the session. */
  end(headers: Headers): Promise<readonly string[]>;
  /** Whether it is the person's password. @throws AUTH_FORBIDDEN when missing or wrong; RATE_LIMITED */
  checkCurrentPassword(personId: string, current: string | undefined): Promise<"right" | "none">;
  /**
   * Ends the person's other sessions, and what was begun or given to sign in before.
   *
   * @throws AUTH_FORBIDDEN when the current password is missing or wrong; RATE_LIMITED
   */
  setPassword(change: {
    readonly personId: string;
    readonly password: string;
    readonly current: string | undefined;
    /** Asked of who has no password yet; throws when another proof is missing. */
    readonly requireFresh: () => unknown;
    readonly headers: Headers;
    readonly origin: ActOrigin;
  }): Promise<void>;
}

/** What is counted when somebody tries a password for an address. */
export function lockKeysOf(email: string, address: string | null): readonly LockKey[] {
  const who = foldEmail(email);
  const network = networkOf(address);
  return [
    { kind: "pair", of: `${network} ${who}` },
    { kind: "account", of: who },
    { kind: "address", of: network },
  ];
}

export function createSignIn(options: {
  readonly auth: Auth;
  readonly database: Pick<Database, "kysely">;
  readonly links: SignInLinks;
  readonly trail: ActRecord;
  readonly sessions: Pick<Sessions, "open">;
  readonly secondFactors: Pick<SecondFactors, "state" | "prove">;
  readonly challenges: Challenges;
  readonly passkeys: Pick<Passkeys, "beginSignIn" | "signIn">;
  readonly lockOut: Pick<LockOut, "begin" | "forgive">;
  readonly ground: Ground;
  readonly newId: () => string;
  readonly onSessionEnd: (sessionId: string) => void;
}): SignIn {
  const { auth, links, ground, newId, sessions, challenges, lockOut } = options;
  const { kysely } = options.database;
  const attempts = createAttempts(ground.clock);
  const hashing = auth.$context.then(({ password }) => password);

  const counted = async <Value>(
    keys: Readonly<Record<string, AttemptBound>>,
    prove: () => Promise<Value>,
  ): Promise<Value> => {
    attempts.begin(keys);
    const proven = await prove();
    attempts.forgive(keys);
    return proven;
  };

  async function findByPassword(email: string, password: string): Promise<string | undefined> {
    const account = await kysely
      .selectFrom("person")
      .innerJoin("account", "account.userId", "person.id")
      .select(["person.id", "account.password"])
      .where("person.email", "=", foldEmail(email))
      .where("account.providerId", "=", "credential")
      .executeTakeFirst();
    const hash = account?.password ?? nobodysHash;
    const isRight = await (await hashing).verify({ hash, password });
    return isRight && account?.password != null ? account.id : undefined;
  }

  async function checkCurrentPassword(
    personId: string,
    current: string | undefined,
  ): Promise<"right" | "none"> {
    const account = await kysely
      .selectFrom("account")
      .select("password")
      .where("userId", "=", personId)
      .where("providerId", "=", "credential")
      .executeTakeFirst();
    const hash = account?.password ?? undefined;
    if (hash === undefined) return "none";
    return counted({ [`password ${personId}`]: perPair }, async () => {
      if (current !== undefined && (await (await hashing).verify({ hash, password: current })))
        return "right" as const;
      throw new BerthError(
        "AUTH_FORBIDDEN",
        current === undefined
          ? "You have a password; send the current one with this."
          : "The current password is wrong.",
      );
    });
  }

  /** Where its owner is signed in already, strangers' guesses elsewhere shut nobody out. */
  async function isOwnNetwork(email: string, network: string): Promise<boolean> {
    const rows = await kysely
      .selectFrom("session")
      .innerJoin("person", "person.id", "session.userId")
      .select("session.ipAddress")
      .where("person.email", "=", foldEmail(email))
      .where("session.expiresAt", ">", new Date(ground.clock.now()))
      .orderBy("session.createdAt", "desc")
      .limit(maxNetworksAsked)
      .execute();
    return network !== "unknown" && rows.some((row) => networkOf(row.ipAddress) === network);
  }

  return {
    byPassword({ email, password, visitor }) {
      const who = foldEmail(email);
      const network = networkOf(visitor.address);
      const keys = {
        [`pair ${network} ${who}`]: perPair,
        [`address ${network}`]: perAddress,
      };
      return counted(keys, async () => {
        const isOwn = await isOwnNetwork(email, network);
        const lockKeys = lockKeysOf(email, visitor.address).filter(
          ({ kind }) => !isOwn || kind !== "account",
        );
        await lockOut.begin(lockKeys);
        const personId = await findByPassword(email, password);
        if (personId === undefined) {
          throw new BerthError(
            "AUTH_REQUIRED",
            "The e-mail address or the password is wrong, or the account has no password yet; try again, or use a sign-in link.",
          );
        }
        await lockOut.forgive(lockKeys);
        if ((await options.secondFactors.state(personId)).isOn) {
          const { cookie, expiresAt } = await challenges.open(personId);
          return { challengedUntil: expiresAt, cookies: [cookie] };
        }
        const { cookies } = await sessions.open({ personId, visitor, hasSecondFactor: false });
        return { personId, cookies };
      });
    },

    async bySecondFactor({ code, visitor }) {
      const challenge = await challenges.begin(visitor.headers);
      if (challenge === undefined) {
        throw new BerthError(
          "AUTH_REQUIRED",
          "The first step of signing in is too long ago, or was never taken here; begin with the password again.",
        );
      }
      const { id, personId } = challenge;
      await options.secondFactors.prove(personId, code);
      const ended = await challenges.close(id);
      const { cookies } = await sessions.open({ personId, visitor, hasSecondFactor: true });
      return { personId, cookies: [...cookies, ended] };
    },

    // Not counted: nobody guesses 256 bits, and counting would let others of an address shut it out.
    async byLink({ token, visitor }) {
      const personId = await links.redeem(token);
      const { cookies } = await sessions.open({ personId, visitor, hasSecondFactor: false });
      return { personId, cookies };
    },

    async beginPasskey(address) {
      attempts.begin({ [`passkey ${networkOf(address)}`]: passkeyBegins });
      return options.passkeys.beginSignIn();
    },

    byPasskey({ response, visitor }) {
      const keys = { [`address ${networkOf(visitor.address)}`]: perAddress };
      return counted(keys, () => options.passkeys.signIn(response, visitor));
    },

    async end(headers) {
      const answer = await auth.api.signOut({ headers, returnHeaders: true });
      return answer.headers.getSetCookie();
    },

    checkCurrentPassword,

    async setPassword({ personId, password, current, requireFresh, headers, origin }) {
      checkPassword(password);
      // Else a session that lies open would become an account that is somebody else's.
      if ((await checkCurrentPassword(personId, current)) === "none") requireFresh();
      const hash = await (await hashing).hash(password);
      const session = await auth.api.getSession({ headers });
      const updatedAt = new Date(ground.clock.now());
      const ended = await kysely.transaction().execute(async (trx) => {
        // One after another: two at once would both make an account, and leave two passwords that are right.
        await trx
          .selectFrom("person")
          .select("id")
          .where("id", "=", personId)
          .forUpdate()
          .execute();
        const account = await trx
          .selectFrom("account")
          .select("id")
          .where("userId", "=", personId)
          .where("providerId", "=", "credential")
          .executeTakeFirst();
        if (account === undefined) {
          await trx
            .insertInto("account")
            .values({
              id: newId(),
              accountId: personId,
              providerId: "credential",
              userId: personId,
              password: hash,
              updatedAt,
            })
            .execute();
        } else {
          await trx
            .updateTable("account")
            .set({ password: hash, updatedAt })
            .where("id", "=", account.id)
            .execute();
        }
        await options.trail.record(trx, {
          ...origin,
          action: "password.set",
          organizationId: null,
          target: { kind: "person", id: personId },
        });
        // What was begun or given before is over as well.
        await trx.deleteFrom("sign_in_challenge").where("person_id", "=", personId).execute();
        await trx.deleteFrom("sign_in_link").where("person_id", "=", personId).execute();
        return trx
          .deleteFrom("session")
          .where("userId", "=", personId)
          .where("token", "!=", session?.session.token ?? "")
          .returning("id")
          .execute();
      });
      for (const { id } of ended) options.onSessionEnd(id);
    },
  };
}
