/** Publishers, who belongs to them, and the keys that sign for them. */
import { type PublicKey, parsePublicKey } from "@berth/bundle";
import { BerthError, createId, idPrefixes } from "@berth/protocol";
import {
  type KeyView,
  type PublisherRoleName,
  type PublisherView,
  permissionsOfPublisherRole,
} from "@berth/protocol/api";
import type { PublisherContext } from "../http/api.ts";
import { isUniqueViolation } from "../storage/constraint.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { ActOrigin, ActRecord } from "../trail/trail.ts";

const idBytes = 16;
const maxKeys = 100;

export interface Publishers {
  /** The person becomes its owner. @throws PUBLISHER_EXISTS */
  create(publisher: {
    readonly name: string;
    readonly displayName: string;
    readonly ownerId: string;
    readonly origin: ActOrigin;
  }): Promise<PublisherView>;
  /** @throws PUBLISHER_NOT_FOUND */
  get(name: string): Promise<PublisherView & { readonly keys: KeyView[] }>;
  findPublisher(name: string, personId: string): Promise<PublisherContext | undefined>;
  publishersOf(
    personId: string,
  ): Promise<readonly { name: string; displayName: string; role: PublisherRoleName }[]>;
  /** @throws KEY_UNREADABLE; REQUEST_INVALID when it is registered, revoked ones included */
  addKey(key: {
    readonly publisherId: string;
    readonly publicKey: string;
    readonly label: string;
    readonly origin: ActOrigin;
  }): Promise<KeyView>;
  /** Revoking twice changes nothing. @throws SIGNATURE_KEY_UNKNOWN */
  revokeKey(key: {
    readonly publisherId: string;
    readonly keyId: string;
    readonly origin: ActOrigin;
  }): Promise<KeyView>;
  /** The keys that may sign now; with `all`, also those that once might. */
  signingKeys(publisherId: string, which: "current" | "all"): Promise<readonly PublicKey[]>;
}

interface KeyRow {
  readonly key_id: string;
  readonly public_key: string;
  readonly label: string;
  readonly created_at: Date;
  readonly revoked_at: Date | null;
}

function keyView(row: KeyRow): KeyView {
  return {
    keyId: row.key_id,
    publicKey: row.public_key,
    label: row.label,
    createdAt: row.created_at.toISOString(),
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}

const keyColumns = ["key_id", "public_key", "label", "created_at", "revoked_at"] as const;

export function createPublishers(options: {
  readonly database: Pick<Database, "kysely">;
  readonly trail: ActRecord;
  readonly ground: Ground;
}): Publishers {
  const { kysely } = options.database;
  const { trail } = options;
  const { clock, random } = options.ground;
  const now = () => new Date(clock.now());

  return {
    async create({ name, displayName, ownerId, origin }) {
      const id = createId(idPrefixes.publisher, random(idBytes));
      const created_at = now();
      try {
        await kysely.transaction().execute(async (trx) => {
          await trx
            .insertInto("publisher")
            .values({ id, name, display_name: displayName, created_at })
            .execute();
          await trx
            .insertInto("publisher_member")
            .values({ publisher_id: id, person_id: ownerId, role: "owner", created_at })
            .execute();
          await trail.record(trx, {
            ...origin,
            action: "publisher.create",
            organizationId: null,
            target: { kind: "publisher", id },
            details: { name, displayName, owner: ownerId },
          });
        });
      } catch (cause) {
        if (!isUniqueViolation(cause)) throw cause;
        throw new BerthError(
          "PUBLISHER_EXISTS",
          `A publisher ${name} exists already; choose another name.`,
          { cause },
        );
      }
      return { name, displayName, createdAt: created_at.toISOString() };
    },

    async get(name) {
      const found = await kysely
        .selectFrom("publisher")
        .selectAll()
        .where("name", "=", name)
        .executeTakeFirst();
      if (found === undefined) {
        throw new BerthError("PUBLISHER_NOT_FOUND", `There is no publisher ${name}.`);
      }
      const keys = await kysely
        .selectFrom("publisher_key")
        .select(keyColumns)
        .where("publisher_id", "=", found.id)
        .orderBy("created_at")
        .execute();
      return {
        name: found.name,
        displayName: found.display_name,
        createdAt: found.created_at.toISOString(),
        keys: keys.map(keyView),
      };
    },

    async findPublisher(name, personId) {
      const found = await kysely
        .selectFrom("publisher")
        .leftJoin("publisher_member", (join) =>
          join
            .onRef("publisher_member.publisher_id", "=", "publisher.id")
            .on("publisher_member.person_id", "=", personId),
        )
        .select(["publisher.id", "publisher.name", "publisher_member.role"])
        .where("publisher.name", "=", name)
        .executeTakeFirst();
      if (found === undefined) return undefined;
      const { id, role } = found;
      if (role === null) return { id, name: found.name };
      return { id, name: found.name, permissions: permissionsOfPublisherRole[role] };
    },

    async publishersOf(personId) {
      const rows = await kysely
        .selectFrom("publisher_member")
        .innerJoin("publisher", "publisher.id", "publisher_member.publisher_id")
        .select(["publisher.name", "publisher.display_name", "publisher_member.role"])
        .where("publisher_member.person_id", "=", personId)
        .orderBy("publisher.name")
        .execute();
      return rows.map(({ name, display_name, role }) => ({
        name,
        displayName: display_name,
        role,
      }));
    },

    async addKey({ publisherId, publicKey, label, origin }) {
      const key = parsePublicKey(publicKey);
      const { count } = await kysely
        .selectFrom("publisher_key")
        .select((by) => by.fn.countAll<number>().as("count"))
        .where("publisher_id", "=", publisherId)
        .executeTakeFirstOrThrow();
      if (count >= maxKeys) {
        throw new BerthError("REQUEST_INVALID", `A publisher has at most ${maxKeys} keys.`);
      }
      const added = await kysely.transaction().execute(async (trx) => {
        const row = await trx
          .insertInto("publisher_key")
          .values({
            publisher_id: publisherId,
            key_id: key.keyId,
            public_key: key.publicKey,
            label,
            created_at: now(),
          })
          .onConflict((on) => on.doNothing())
          .returning(keyColumns)
          .executeTakeFirst();
        if (row === undefined) return undefined;
        await trail.record(trx, {
          ...origin,
          action: "publisher-key.add",
          organizationId: null,
          target: { kind: "publisher-key", id: key.keyId },
          details: { publisher: publisherId, label },
        });
        return row;
      });
      if (added !== undefined) return keyView(added);
      throw new BerthError(
        "REQUEST_INVALID",
        `The key ${key.keyId} is registered already, or was and is revoked; make another by \`berth keys\`.`,
      );
    },

    async revokeKey({ publisherId, keyId, origin }) {
      await kysely.transaction().execute(async (trx) => {
        const revoked = await trx
          .updateTable("publisher_key")
          .set({ revoked_at: now() })
          .where("publisher_id", "=", publisherId)
          .where("key_id", "=", keyId)
          .where("revoked_at", "is", null)
          .returning("key_id")
          .executeTakeFirst();
        if (revoked === undefined) return;
        await trail.record(trx, {
          ...origin,
          action: "publisher-key.revoke",
          organizationId: null,
          target: { kind: "publisher-key", id: keyId },
          details: { publisher: publisherId },
        });
      });
      const row = await kysely
        .selectFrom("publisher_key")
        .select(keyColumns)
        .where("publisher_id", "=", publisherId)
        .where("key_id", "=", keyId)
        .executeTakeFirst();
      if (row !== undefined) return keyView(row);
      throw new BerthError(
        "SIGNATURE_KEY_UNKNOWN",
        `The publisher has no key ${JSON.stringify(keyId.slice(0, 64))}.`,
      );
    },

    async signingKeys(publisherId, which) {
      const rows = await kysely
        .selectFrom("publisher_key")
        .select(["key_id", "public_key"])
        .where("publisher_id", "=", publisherId)
        .$if(which === "current", (query) => query.where("revoked_at", "is", null))
        .execute();
      return rows.map(({ key_id, public_key }) => ({ keyId: key_id, publicKey: public_key }));
    },
  };
}
