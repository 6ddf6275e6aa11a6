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
import type { AccessChanges } from "../membership/access-changes.ts";
import { lockRole } from "../membership/lock-role.ts";
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
}

const tokenBytes = 32;
const idBytes = 16;
const noteEveryMs = 1_000;
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
  readonly accessChanges: AccessChanges;
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
  ): Promise<{
    readonly id: string;
    readonly slug: string;
    readonly role: OrganizationRole;
    /** They were a member before, with another role. */
    readonly hasChanged: boolean;
  }> {
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
    const before = await lockRole(trx, { organizationId: organization.id, personId });
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
    return { ...organization, role, hasChanged: before !== undefined && before !== role };
  }

  /**
   * When the key ends by now: it may have been given an end since it was read, and is given none until the
   * transaction ends.
   *
   * @throws EMBED_TOKEN_INVALID
   */
  async function holdKey(
    trx: Transaction<Schema>,
    keyId: string,
    now: number,
  ): Promise<Date | null> {
    const key = await trx
      .selectFrom("embed_key")
      .select("ends_at")
      .where("id", "=", keyId)
      .forShare()
      .executeTakeFirst();
    if (key !== undefined && (key.ends_at === null || key.ends_at.getTime() > now)) {
      return key.ends_at;
    }
    throw new BerthError(
      "EMBED_TOKEN_INVALID",
      "The product's token is refused: its key has ended; sign with the one that follows it.",
    );
  }

  /** To the second, and outside of the exchange: those of one key do not wait for each other. */
  async function noteUse(keyId: string, now: number): Promise<void> {
    await kysely
      .updateTable("embed_key")
      .set({ last_used_at: new Date(now) })
      .where("id", "=", keyId)
      .where((by) =>
        by.or([
          by("last_used_at", "is", null),
          by("last_used_at", "<=", new Date(now - noteEveryMs)),
        ]),
      )
      .execute()
      .catch((error: unknown) =>
        options.ground.logger.warn({ err: error, key: keyId }, "the use of a key was not noted"),
      );
  }

  async function open(claims: EmbedClaims, from: EmbedFrom): Promise<EmbedSessionView> {
    const accessToken = `${embedTokenPrefix}${Buffer.from(random(tokenBytes)).toString("base64url")}`;
    const now = clock.now();
    const { view, membership, hasChanged } = await kysely.transaction().execute(async (trx) => {
      const keyEndsAt = await holdKey(trx, claims.keyId, now);
      const ends = [now + embedSessionSeconds * 1_000, keyEndsAt?.getTime() ?? Infinity];
      const expiresAt = new Date(Math.min(...ends));
      await spend(trx, claims);
      const personId = await providePerson(trx, claims);
      const { id, slug, role, ...member } = await provideMembership(trx, personId, claims);
      const isMoved =
        claims.groups !== undefined &&
        (await syncGroups(
          trx,
          { organizationId: id, personId, source: "embed", names: claims.groups },
          options.ground,
        ));
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
        view: {
          ...{ accessToken, expiresAt: expiresAt.toISOString() },
          person: { id: personId, name: claims.name },
          organization: { slug, role },
        },
        membership: { organizationId: id, personId, role },
        hasChanged: member.hasChanged || isMoved,
      };
    });
    await noteUse(claims.keyId, now);
    options.onMembership?.(membership);
    if (hasChanged) {
      const { organizationId, personId } = membership;
      await options.accessChanges.tell({ organizationId, personIds: [personId] });
    }
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
