/**
 * Sessions of people who came through the product: made for a token of the product's, held in a
 * page's memory, good for one organization.
 *
 * Invariant: a token of the product's is exchanged once; only the hash of ours is stored. A person who
 * is first seen is made with what the token says, and is never somebody who signs in otherwise: an
 * address in the product proves nothing here.
 */
import { createHash } from "node:crypto";
import { BerthError, createId } from "@berth/protocol";
import { type EmbedSessionView, embedSessionSeconds } from "@berth/protocol/api";
import type { Transaction } from "kysely";
import { personOrigin } from "../../http/actor.ts";
import type { OrganizationRole } from "../../http/api.ts";
import { isUniqueViolation } from "../../storage/constraint.ts";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";
import type { ActOrigin, ActRecord } from "../../trail/trail.ts";
import { syncGroups } from "../groups/sync-groups.ts";
import type { EmbedClaims } from "./read-embed-token.ts";

export const embedTokenPrefix = "bes_";

export interface EmbedProof {
  readonly sessionId: string;
  readonly personId: string;
  /** The only one that the session reaches. */
  readonly organizationId: string;
}

/** How the token came. */
export interface EmbedFrom {
  readonly address: string | null;
  readonly requestId: string;
}

export interface EmbedSessions {
  /** @throws EMBED_TOKEN_INVALID when it was used, ORGANIZATION_NOT_FOUND */
  open(claims: EmbedClaims, from: EmbedFrom): Promise<EmbedSessionView>;
  find(accessToken: string): Promise<EmbedProof | undefined>;
  end(sessionId: string, origin: ActOrigin): Promise<void>;
  /** Those that were opened with a key. */
  idsOf(keyId: string): Promise<readonly string[]>;
}

const tokenBytes = 32;
const idBytes = 16;
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

export function createEmbedSessions(options: {
  readonly database: Pick<Database, "kysely">;
  readonly trail: ActRecord;
  readonly ground: Ground;
  /** Called once somebody came with a role, theirs already or a new one. */
  readonly onMembership?: (membership: {
    readonly organizationId: string;
    readonly personId: string;
    readonly role: OrganizationRole;
  }) => void;
}): EmbedSessions {
  const { trail } = options;
  const { kysely } = options.database;
  const { clock, random } = options.ground;
  const newId = (prefix: string) => createId(prefix, random(idBytes));

  async function spend(trx: Transaction<Schema>, claims: EmbedClaims): Promise<void> {
    await trx.deleteFrom("embed_use").where("expires_at", "<=", new Date(clock.now())).execute();
    try {
      await trx
        .insertInto("embed_use")
        .values({
          issuer: claims.issuer,
          token_id: claims.tokenId,
          expires_at: claims.expiresAt,
        })
        .execute();
    } catch (cause) {
      if (!isUniqueViolation(cause)) throw cause;
      throw new BerthError(
        "EMBED_TOKEN_INVALID",
        "The product's token is refused: it was used before; sign a new one for each exchange.",
        { cause },
      );
    }
  }

  /** @returns who the token speaks of, made now if they were never seen */
  async function providePerson(
    trx: Transaction<Schema>,
    { issuer, subject, name }: EmbedClaims,
  ): Promise<string> {
    const known = await trx
      .selectFrom("embed_person")
      .select("person_id")
      .where("issuer", "=", issuer)
      .where("subject", "=", subject)
      .executeTakeFirst();
    if (known !== undefined) {
      await trx
        .updateTable("person")
        .set({ name, updatedAt: new Date(clock.now()) })
        .where("id", "=", known.person_id)
        .where("name", "<>", name)
        .execute();
      return known.person_id;
    }
    const id = newId("per");
    // No mail reaches it, and nobody can claim it: RFC 2606 keeps `.invalid` free.
    const email = `${id.replaceAll("_", "-")}@embedded.invalid`;
    await trx.insertInto("person").values({ id, name, email, emailVerified: false }).execute();
    await trx.insertInto("embed_person").values({ issuer, subject, person_id: id }).execute();
    return id;
  }

  async function provideMembership(
    trx: Transaction<Schema>,
    personId: string,
    claims: EmbedClaims,
  ): Promise<{ readonly id: string; readonly slug: string; readonly role: OrganizationRole }> {
    const organization = await trx
      .selectFrom("organization")
      .select(["id", "slug"])
      .where("slug", "=", claims.organization)
      .executeTakeFirst();
    if (organization === undefined) {
      throw new BerthError(
        "ORGANIZATION_NOT_FOUND",
        `The product's token names the organization ${JSON.stringify(claims.organization)}, which is not here; create it first.`,
      );
    }
    const { role } = await trx
      .insertInto("member")
      .values({
        id: newId("mem"),
        organizationId: organization.id,
        userId: personId,
        role: claims.role,
        roleFrom: "product",
        createdAt: new Date(clock.now()),
      })
      .onConflict((on) =>
        on.columns(["organizationId", "userId"]).doUpdateSet((by) => ({
          // A role that was given here is not taken, raised or lowered from outside.
          role: by
            .case()
            .when("member.roleFrom", "=", "product")
            .then(claims.role)
            .else(by.ref("member.role"))
            .end(),
        })),
      )
      .returning("role")
      .executeTakeFirstOrThrow();
    return { ...organization, role };
  }

  async function open(claims: EmbedClaims, from: EmbedFrom): Promise<EmbedSessionView> {
    const accessToken = `${embedTokenPrefix}${Buffer.from(random(tokenBytes)).toString("base64url")}`;
    const now = clock.now();
    const ends = [now + embedSessionSeconds * 1_000, claims.keyEndsAt?.getTime() ?? Infinity];
    const expiresAt = new Date(Math.min(...ends));
    let membership: Parameters<NonNullable<typeof options.onMembership>>[0] | undefined;
    const view = await kysely.transaction().execute(async (trx) => {
      await spend(trx, claims);
      const personId = await providePerson(trx, claims);
      const { id, slug, role } = await provideMembership(trx, personId, claims);
      membership = { organizationId: id, personId, role };
      if (claims.groups !== undefined) {
        const sync = {
          organizationId: id,
          personId,
          source: "embed",
          names: claims.groups,
        } as const;
        await syncGroups(trx, sync, options.ground);
      }
      await trx
        .updateTable("embed_key")
        .set({ last_used_at: new Date(now) })
        .where("id", "=", claims.keyId)
        .execute();
      await trx.deleteFrom("embed_session").where("expires_at", "<=", new Date(now)).execute();
      const sessionId = newId("es");
      await trx
        .insertInto("embed_session")
        .values({
          id: sessionId,
          token_hash: hashOf(accessToken),
          key_id: claims.keyId,
          person_id: personId,
          organization_id: id,
          expires_at: expiresAt,
        })
        .execute();
      await trail.record(trx, {
        ...personOrigin(from, { personId, by: "embed", credentialId: sessionId }),
        action: "session.open",
        organizationId: id,
        target: { kind: "person", id: personId },
        details: { key: claims.keyId, role },
        personal: { personId, fields: { name: claims.name } },
      });
      return {
        accessToken,
        expiresAt: expiresAt.toISOString(),
        person: { id: personId, name: claims.name },
        organization: { slug, role },
      };
    });
    if (membership !== undefined) options.onMembership?.(membership);
    return view;
  }

  return {
    open: (claims, from) =>
      open(claims, from).catch((error: unknown) => {
        // Somebody who came by two doors at once was made by the other: now they are known.
        if (isUniqueViolation(error)) return open(claims, from);
        throw error;
      }),
    async find(accessToken) {
      const row = await kysely
        .selectFrom("embed_session")
        .select(["id", "person_id", "organization_id", "expires_at"])
        .where("token_hash", "=", hashOf(accessToken))
        .executeTakeFirst();
      if (row === undefined || row.expires_at.getTime() <= clock.now()) return undefined;
      return { sessionId: row.id, personId: row.person_id, organizationId: row.organization_id };
    },
    async idsOf(keyId) {
      const rows = await kysely
        .selectFrom("embed_session")
        .select("id")
        .where("key_id", "=", keyId)
        .execute();
      return rows.map(({ id }) => id);
    },
    async end(sessionId, origin) {
      await kysely.transaction().execute(async (trx) => {
        const gone = await trx
          .deleteFrom("embed_session")
          .where("id", "=", sessionId)
          .returning("organization_id")
          .executeTakeFirst();
        if (gone === undefined) return;
        await trail.record(trx, {
          ...origin,
          action: "session.end",
          organizationId: gone.organization_id,
          target: { kind: "session", id: sessionId },
        });
      });
    },
  };
}
