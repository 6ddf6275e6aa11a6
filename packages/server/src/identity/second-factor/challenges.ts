/**
 * Who has taken the first step of signing in and owes the second: known by a cookie that is no
 * session and gives nothing but the right to send a code.
 *
 * Invariants: only the cookie's hash is stored; it lives for five minutes and bears five wrong codes,
 * whatever the lock-out says.
 */
import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";

export interface Challenges {
  open(personId: string): Promise<{ readonly cookie: string; readonly expiresAt: Date }>;
  /** Counts a try. Undefined when there is none, or it is over. */
  begin(headers: Headers): Promise<{ readonly id: string; readonly personId: string } | undefined>;
  /** @returns the cookie that takes the challenge's away */
  close(id: string): Promise<string>;
  /** When the first step was taken by what is no longer right. */
  closeAllOf(personId: string): Promise<void>;
}

const lifeSeconds = 300;
const maxTries = 5;
const tokenBytes = 32;
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

export function createChallenges(options: {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Pick<Ground, "clock" | "random">;
  readonly isSecure: boolean;
}): Challenges {
  const { kysely } = options.database;
  const { clock, random } = options.ground;
  const name = `${options.isSecure ? "__Host-" : ""}berth.challenge`;
  const attributes = `Path=/; HttpOnly; SameSite=Strict${options.isSecure ? "; Secure" : ""}`;

  const tokenIn = (headers: Headers) =>
    headers
      .get("cookie")
      ?.split(/; */)
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1);

  return {
    async open(personId) {
      const token = Buffer.from(random(tokenBytes)).toString("base64url");
      const now = clock.now();
      const expiresAt = new Date(now + lifeSeconds * 1_000);
      await kysely
        .deleteFrom("sign_in_challenge")
        .where("expires_at", "<=", new Date(now))
        .execute();
      await kysely
        .insertInto("sign_in_challenge")
        .values({
          token_hash: hashOf(token),
          person_id: personId,
          tries: 0,
          expires_at: expiresAt,
        })
        .execute();
      return { cookie: `${name}=${token}; Max-Age=${lifeSeconds}; ${attributes}`, expiresAt };
    },
    async begin(headers) {
      const token = tokenIn(headers);
      if (token === undefined || token === "") return undefined;
      const row = await kysely
        .updateTable("sign_in_challenge")
        .set((by) => ({ tries: sql<number>`${by.ref("tries")} + 1` }))
        .where("token_hash", "=", hashOf(token))
        .where("tries", "<", maxTries)
        .where("expires_at", ">", new Date(clock.now()))
        .returning(["token_hash", "person_id"])
        .executeTakeFirst();
      return row === undefined ? undefined : { id: row.token_hash, personId: row.person_id };
    },
    async close(id) {
      await kysely.deleteFrom("sign_in_challenge").where("token_hash", "=", id).execute();
      return `${name}=; Max-Age=0; ${attributes}`;
    },
    async closeAllOf(personId) {
      await kysely.deleteFrom("sign_in_challenge").where("person_id", "=", personId).execute();
    },
  };
}
