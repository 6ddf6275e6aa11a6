/**
 * Proofs of identity over HTTP: password and link, with their failures counted.
 *
 * Trust: the caller is unknown. A wrong password and an unknown address get the same answer after
 * the same work.
 */
import { BerthError } from "@berth/protocol";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { AttemptBound } from "./attempts.ts";
import { createAttempts } from "./attempts.ts";
import type { Auth } from "./auth.ts";
import { checkPassword } from "./people.ts";
import type { SignInLinks } from "./sign-in-link.ts";

const perPair: AttemptBound = { max: 10, windowMs: 300_000 };
const perAddress: AttemptBound = { max: 50, windowMs: 300_000 };
const perPerson: AttemptBound = { max: 100, windowMs: 3_600_000 };

export interface SignedIn {
  readonly personId: string;
  readonly cookies: readonly string[];
}

export interface SignIn {
  /** @throws AUTH_REQUIRED; RATE_LIMITED */
  byPassword(proof: {
    readonly email: string;
    readonly password: string;
    readonly address: string | null;
  }): Promise<SignedIn>;
  /** @throws SIGN_IN_LINK_INVALID */
  byLink(proof: { readonly token: string }): Promise<SignedIn>;
  /** The cookies that end the session. */
  end(headers: Headers): Promise<readonly string[]>;
  /**
   * Ends the person's other sessions.
   *
   * @throws AUTH_FORBIDDEN when the current password is missing or wrong; RATE_LIMITED
   */
  setPassword(change: {
    readonly personId: string;
    readonly password: string;
    readonly current: string | undefined;
    readonly headers: Headers;
  }): Promise<void>;
}

export function createSignIn(options: {
  readonly auth: Auth;
  readonly database: Pick<Database, "kysely">;
  readonly links: SignInLinks;
  readonly ground: Ground;
  readonly newId: () => string;
  readonly onSessionEnd: (sessionId: string) => void;
}): SignIn {
  const { auth, links, ground, newId } = options;
  const { kysely } = options.database;
  const attempts = createAttempts(ground.clock);

  const counted = async <Value>(
    keys: Readonly<Record<string, AttemptBound>>,
    prove: () => Promise<Value>,
  ): Promise<Value> => {
    attempts.begin(keys);
    const proven = await prove();
    attempts.forgive(keys);
    return proven;
  };

  return {
    byPassword({ email, password, address }) {
      const who = email.toLowerCase();
      const keys = {
        [`pair ${address} ${who}`]: perPair,
        [`address ${address}`]: perAddress,
        [`person ${who}`]: perPerson,
      };
      return counted(keys, async () => {
        const wrong = new BerthError(
          "AUTH_REQUIRED",
          "The e-mail address or the password is wrong, or the account has no password yet; try again, or use a sign-in link.",
        );
        const answer = await auth.api
          .signInEmail({ body: { email, password }, returnHeaders: true })
          .catch((cause: unknown) => {
            const { status, statusCode } = cause as { status?: unknown; statusCode?: unknown };
            // better-auth answers 400 to what is no e-mail address or too long a password.
            if (status === "UNAUTHORIZED" || statusCode === 401 || statusCode === 400) throw wrong;
            throw cause;
          });
        return {
          personId: answer.response.user.id,
          cookies: answer.headers.getSetCookie(),
        };
      });
    },

    // Not counted: nobody guesses 256 bits, and counting would let others of an address shut it out.
    async byLink({ token }) {
      const personId = await links.redeem(token);
      const { headers } = await auth.api.openSession({ body: { personId }, returnHeaders: true });
      return { personId, cookies: headers.getSetCookie() };
    },

    async end(headers) {
      const answer = await auth.api.signOut({ headers, returnHeaders: true });
      return answer.headers.getSetCookie();
    },

    async setPassword({ personId, password, current, headers }) {
      checkPassword(password);
      const { password: hashing } = await auth.$context;
      const account = await kysely
        .selectFrom("account")
        .select(["id", "password"])
        .where("userId", "=", personId)
        .where("providerId", "=", "credential")
        .executeTakeFirst();
      const held = account?.password ?? undefined;
      if (held !== undefined) {
        await counted({ [`password ${personId}`]: perPair }, async () => {
          if (current !== undefined && (await hashing.verify({ hash: held, password: current })))
            return;
          throw new BerthError(
            "AUTH_FORBIDDEN",
            current === undefined
              ? "You have a password already; send it as current."
              : "The current password is wrong.",
          );
        });
      }
      const hash = await hashing.hash(password);
      const session = await auth.api.getSession({ headers });
      const updatedAt = new Date(ground.clock.now());
      const ended = await kysely.transaction().execute(async (trx) => {
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
