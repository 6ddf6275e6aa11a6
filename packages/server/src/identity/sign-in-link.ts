/**
 * Single-use sign-in links.
 *
 * Trust: whoever holds the token is the person. Invariant: only its hash is stored, one statement
 * both checks and removes it, and it is in no message and no log.
 */
import { createHash } from "node:crypto";
import { BerthError, signInLinkSeconds } from "@berth/protocol";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { SignInLink } from "./identity.ts";
import { isServiceId } from "./services/services.ts";

const tokenBytes = 32;

export interface SignInLinks {
  create(personId: string): Promise<SignInLink>;
  /** The person that the token stands for; it is used up by this. @throws SIGN_IN_LINK_INVALID */
  redeem(token: string): Promise<string>;
}

const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

export function createSignInLinks(options: {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Ground;
}): SignInLinks {
  const { kysely } = options.database;
  const { clock, random } = options.ground;
  return {
    async create(personId) {
      if (isServiceId(personId)) {
        throw new BerthError(
          "REQUEST_INVALID",
          `${personId} is a service principal, which signs in nowhere; make it a key.`,
        );
      }
      const token = Buffer.from(random(tokenBytes)).toString("base64url");
      const now = clock.now();
      const expiresAt = new Date(now + signInLinkSeconds * 1_000);
      await kysely.deleteFrom("sign_in_link").where("expires_at", "<=", new Date(now)).execute();
      await kysely
        .insertInto("sign_in_link")
        .values({ token_hash: hashOf(token), person_id: personId, expires_at: expiresAt })
        .execute();
      return { token, expiresAt };
    },
    async redeem(token) {
      const used = await kysely
        .deleteFrom("sign_in_link")
        .where("token_hash", "=", hashOf(token))
        .returning(["person_id", "expires_at"])
        .executeTakeFirst();
      if (used !== undefined && used.expires_at.getTime() > clock.now()) return used.person_id;
      throw new BerthError(
        "SIGN_IN_LINK_INVALID",
        "The sign-in link is used, older than ten minutes or unknown; ask for a new one, or start Berth again to have one printed.",
      );
    },
  };
}
