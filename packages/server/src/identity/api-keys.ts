/**
 * API keys of people and of service principals.
 *
 * A key is checked by one look-up of its hash, so that revoking it holds at once on every node, with
 * nothing remembered. Invariants: the secret is shown once and stored hashed; a key is made in the
 * transaction that records it; what it is limited to is asked beside what its owner may do, never
 * instead of it.
 */
import { BerthError, createId } from "@berth/protocol";
import { type ApiKeyView, defaultKeyDays, maxKeyDays } from "@berth/protocol/api";
import { defaultKeyHasher } from "@better-auth/api-key";
import type { Transaction } from "kysely";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { Schema } from "../storage/schema.ts";

export const apiKeyPrefix = "berth_";

export interface NewApiKey {
  /** A person or a service principal. */
  readonly ownerId: string;
  readonly name: string;
  /** 1 to 730. Default 90. */
  readonly expiresInDays?: number;
  /** Undefined: whatever its owner may do. */
  readonly permissions?: readonly string[];
  readonly organizationId?: string;
  readonly publisherName?: string;
}

export interface IssuedKey {
  readonly id: string;
  readonly secret: string;
}

export interface ApiKeys {
  /** @throws OPTION_INVALID for another life than 1 to 730 days */
  issue(trx: Transaction<Schema>, key: NewApiKey): Promise<IssuedKey>;
  /** @param boundTo - only those that are bound to this organization by its single sign-on */
  list(ownerId: string, boundTo?: string): Promise<ApiKeyView[]>;
  /** By their owners; who has none is left out. */
  listOfMany(ownerIds: readonly string[]): Promise<ReadonlyMap<string, readonly ApiKeyView[]>>;
  get(ownerId: string, id: string): Promise<ApiKeyView>;
  /** @returns false when the owner has no such key */
  remove(trx: Transaction<Schema>, ownerId: string, id: string): Promise<boolean>;
  /** To the minute. */
  noteUse(id: string, lastUsedAt: Date | null): Promise<void>;
}

const idBytes = 16;
const secretBytes = 32;
const shownChars = 12;
const noteEveryMs = 60_000;
const dayMs = 86_400_000;

/** As it stands in the database. */
export function hashApiKey(secret: string): Promise<string> {
  return defaultKeyHasher(secret);
}

export function createApiKeys(options: {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Ground;
}): ApiKeys {
  const { kysely } = options.database;
  const { clock, random, logger } = options.ground;

  const select = (...ownerIds: readonly string[]) =>
    kysely
      .selectFrom("api_key")
      .leftJoin("organization", "organization.id", "api_key.organization_id")
      .select(["api_key.id", "api_key.name", "api_key.start", "api_key.createdAt"])
      .select(["api_key.expiresAt", "api_key.last_used_at", "api_key.scope"])
      .select(["organization.slug", "api_key.publisher_name", "api_key.referenceId"])
      .where("api_key.referenceId", "in", ownerIds);

  const viewOf = (
    row: Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>,
  ): ApiKeyView => ({
    id: row.id,
    name: row.name ?? "",
    start: row.start ?? "",
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    permissions: row.scope === null ? null : [...row.scope],
    organization: row.slug,
    publisher: row.publisher_name,
  });

  return {
    async issue(trx, key) {
      const days = key.expiresInDays ?? defaultKeyDays;
      if (!Number.isInteger(days) || days < 1 || days > maxKeyDays) {
        throw new BerthError(
          "OPTION_INVALID",
          `expiresInDays is ${days}; expected a whole number from 1 to ${maxKeyDays}.`,
          { details: { option: "expiresInDays" } },
        );
      }
      const secret = `${apiKeyPrefix}${Buffer.from(random(secretBytes)).toString("base64url")}`;
      const id = createId("apk", random(idBytes));
      const now = new Date(clock.now());
      await trx
        .insertInto("api_key")
        .values({
          id,
          configId: "default",
          name: key.name,
          start: secret.slice(0, shownChars),
          prefix: apiKeyPrefix,
          key: await hashApiKey(secret),
          referenceId: key.ownerId,
          enabled: true,
          createdAt: now,
          updatedAt: now,
          expiresAt: new Date(clock.now() + days * dayMs),
          scope: key.permissions === undefined ? null : JSON.stringify(key.permissions),
          organization_id: key.organizationId ?? null,
          publisher_name: key.publisherName ?? null,
        })
        .execute();
      return { id, secret };
    },

    async list(ownerId, boundTo) {
      const rows = await select(ownerId)
        .$if(boundTo !== undefined, (query) =>
          query
            .innerJoin("sso_key", "sso_key.key_id", "api_key.id")
            .where("sso_key.organization_id", "=", boundTo ?? ""),
        )
        .orderBy("api_key.createdAt", "desc")
        .execute();
      return rows.map(viewOf);
    },

    async listOfMany(ownerIds) {
      if (ownerIds.length === 0) return new Map();
      const rows = await select(...ownerIds)
        .orderBy("api_key.createdAt", "desc")
        .execute();
      const byOwner = Map.groupBy(rows, ({ referenceId }) => referenceId);
      return new Map([...byOwner].map(([ownerId, own]) => [ownerId, own.map(viewOf)]));
    },

    async get(ownerId, id) {
      return viewOf(await select(ownerId).where("api_key.id", "=", id).executeTakeFirstOrThrow());
    },

    async remove(trx, ownerId, id) {
      const gone = await trx
        .deleteFrom("api_key")
        .where("id", "=", id)
        .where("referenceId", "=", ownerId)
        .returning("id")
        .executeTakeFirst();
      return gone !== undefined;
    },

    async noteUse(id, lastUsedAt) {
      if (lastUsedAt !== null && clock.now() - lastUsedAt.getTime() < noteEveryMs) return;
      try {
        await kysely
          .updateTable("api_key")
          .set({ last_used_at: new Date(clock.now()) })
          .where("id", "=", id)
          .execute();
      } catch (error) {
        // The key is right; that its use is not noted is no reason to refuse it.
        logger.warn({ err: error, key: id }, "the use of an API key was not noted");
      }
    },
  };
}
