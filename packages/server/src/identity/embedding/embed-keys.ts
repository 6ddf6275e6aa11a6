/** The public keys of products whose tokens are believed. */
import { createPublicKey, type KeyObject } from "node:crypto";
import { BerthError, createId } from "@berth/protocol";
import type { EmbedKeyView, EmbedPublicKey } from "@berth/protocol/api";
import type { Transaction } from "kysely";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";
import type { ActOrigin, ActRecord } from "../../trail/trail.ts";

export interface TrustedKey {
  readonly id: string;
  readonly issuer: string;
  readonly algorithm: EmbedKeyView["algorithm"];
  readonly key: KeyObject;
}

export interface EmbedKeys {
  list(): Promise<readonly EmbedKeyView[]>;
  /** @throws REQUEST_INVALID when the numbers are no key */
  create(input: {
    readonly issuer: string;
    readonly publicKey: EmbedPublicKey;
    readonly origin: ActOrigin;
  }): Promise<EmbedKeyView>;
  /**
   * Gives it an end, or takes that back. Its sessions end with it.
   *
   * @returns the key, with the sessions that are over by this now
   * @throws REQUEST_INVALID when there is none of that id
   */
  end(
    trx: Transaction<Schema>,
    id: string,
    endsAt: Date | null,
  ): Promise<{ readonly key: EmbedKeyView; readonly endedSessions: readonly string[] }>;
  /** @returns its sessions, which go with it. @throws REQUEST_INVALID when there is none of that id */
  delete(id: string, origin: ActOrigin): Promise<readonly string[]>;
  /** Asked of the database each time: a key that was taken back, or has ended, is not believed once more. */
  find(id: string): Promise<TrustedKey | undefined>;
}

const idBytes = 16;

function readKey(publicKey: EmbedPublicKey): KeyObject {
  try {
    return createPublicKey({ key: { ...publicKey }, format: "jwk" });
  } catch (cause) {
    throw new BerthError(
      "REQUEST_INVALID",
      `The public key is no point of ${publicKey.crv}; send the public half of the product's key as a JSON Web Key.`,
      { cause },
    );
  }
}

export function createEmbedKeys(options: {
  readonly database: Pick<Database, "kysely">;
  readonly trail: ActRecord;
  readonly ground: Ground;
}): EmbedKeys {
  const { trail } = options;
  const { kysely } = options.database;
  const { clock, random } = options.ground;
  const select = () =>
    kysely
      .selectFrom("embed_key")
      .select(["id", "issuer", "algorithm", "created_at", "last_used_at", "ends_at"]);
  const view = (row: {
    id: string;
    issuer: string;
    algorithm: string;
    created_at: Date;
    last_used_at: Date | null;
    ends_at: Date | null;
  }): EmbedKeyView => ({
    id: row.id,
    issuer: row.issuer,
    algorithm: row.algorithm === "ES256" ? "ES256" : "EdDSA",
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    endsAt: row.ends_at?.toISOString() ?? null,
  });
  const unknown = (id: string) =>
    new BerthError(
      "REQUEST_INVALID",
      `There is no embedding key ${JSON.stringify(id.slice(0, 64))}; list them by GET /api/v1/embed/keys.`,
    );

  return {
    async list() {
      return (await select().orderBy("created_at").orderBy("id").execute()).map(view);
    },
    async create({ issuer, publicKey, origin }) {
      readKey(publicKey);
      const row = {
        id: createId("ek", random(idBytes)),
        issuer,
        algorithm: publicKey.kty === "EC" ? "ES256" : "EdDSA",
        public_key: JSON.stringify(publicKey),
        created_at: new Date(clock.now()),
        last_used_at: null,
        ends_at: null,
      };
      await kysely.transaction().execute(async (trx) => {
        await trx.insertInto("embed_key").values(row).execute();
        await trail.record(trx, {
          ...origin,
          action: "embed-key.create",
          organizationId: null,
          target: { kind: "embed-key", id: row.id },
          details: { issuer, algorithm: row.algorithm },
        });
      });
      return view(row);
    },
    async delete(id, origin) {
      return kysely.transaction().execute(async (trx) => {
        // None is opened with it from here on.
        await trx.selectFrom("embed_key").select("id").where("id", "=", id).forUpdate().execute();
        const sessions = await trx
          .deleteFrom("embed_session")
          .where("key_id", "=", id)
          .returning("id")
          .execute();
        const gone = await trx
          .deleteFrom("embed_key")
          .where("id", "=", id)
          .returning("issuer")
          .executeTakeFirst();
        if (gone === undefined) throw unknown(id);
        await trail.record(trx, {
          ...origin,
          action: "embed-key.delete",
          organizationId: null,
          target: { kind: "embed-key", id },
          details: { issuer: gone.issuer },
        });
        return sessions.map((session) => session.id);
      });
    },
    async end(trx, id, endsAt) {
      const row = await trx
        .updateTable("embed_key")
        .set({ ends_at: endsAt })
        .where("id", "=", id)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw unknown(id);
      if (endsAt === null) return { key: view(row), endedSessions: [] };
      await trx
        .updateTable("embed_session")
        .set({ expires_at: endsAt })
        .where("key_id", "=", id)
        .where("expires_at", ">", endsAt)
        .execute();
      const ended = await trx
        .deleteFrom("embed_session")
        .where("key_id", "=", id)
        .where("expires_at", "<=", new Date(clock.now()))
        .returning("id")
        .execute();
      return { key: view(row), endedSessions: ended.map((session) => session.id) };
    },
    async find(id) {
      const row = await kysely
        .selectFrom("embed_key")
        .select(["id", "issuer", "algorithm", "public_key", "ends_at"])
        .where("id", "=", id)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      if (row.ends_at !== null && row.ends_at.getTime() <= clock.now()) return undefined;
      // Written by `create`.
      const key = readKey(JSON.parse(row.public_key) as EmbedPublicKey);
      const algorithm = row.algorithm === "ES256" ? "ES256" : "EdDSA";
      return { id: row.id, issuer: row.issuer, algorithm, key };
    },
  };
}
