/** The public keys of products whose tokens are believed. */
import { createPublicKey, type KeyObject } from "node:crypto";
import { BerthError, createId } from "@berth/protocol";
import type { EmbedKeyView, EmbedPublicKey } from "@berth/protocol/api";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";

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
  }): Promise<EmbedKeyView>;
  /** Its sessions go with it. @throws REQUEST_INVALID when there is none of that id */
  delete(id: string): Promise<void>;
  /** Asked of the database each time: a key that was taken back is not believed once more. */
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
  readonly ground: Ground;
}): EmbedKeys {
  const { kysely } = options.database;
  const { clock, random } = options.ground;
  const select = () =>
    kysely
      .selectFrom("embed_key")
      .select(["id", "issuer", "algorithm", "created_at", "last_used_at"]);
  const view = (row: {
    id: string;
    issuer: string;
    algorithm: string;
    created_at: Date;
    last_used_at: Date | null;
  }): EmbedKeyView => ({
    id: row.id,
    issuer: row.issuer,
    algorithm: row.algorithm === "ES256" ? "ES256" : "EdDSA",
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  });

  return {
    async list() {
      return (await select().orderBy("created_at").orderBy("id").execute()).map(view);
    },
    async create({ issuer, publicKey }) {
      readKey(publicKey);
      const row = {
        id: createId("ek", random(idBytes)),
        issuer,
        algorithm: publicKey.kty === "EC" ? "ES256" : "EdDSA",
        public_key: JSON.stringify(publicKey),
        created_at: new Date(clock.now()),
        last_used_at: null,
      };
      await kysely.insertInto("embed_key").values(row).execute();
      return view(row);
    },
    async delete(id) {
      const gone = await kysely
        .deleteFrom("embed_key")
        .where("id", "=", id)
        .returning("id")
        .executeTakeFirst();
      if (gone !== undefined) return;
      throw new BerthError(
        "REQUEST_INVALID",
        `There is no embedding key ${JSON.stringify(id.slice(0, 64))}; list them by GET /api/v1/embed/keys.`,
      );
    },
    async find(id) {
      const row = await kysely
        .selectFrom("embed_key")
        .select(["id", "issuer", "algorithm", "public_key"])
        .where("id", "=", id)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      // Written by `create`.
      const key = readKey(JSON.parse(row.public_key) as EmbedPublicKey);
      const algorithm = row.algorithm === "ES256" ? "ES256" : "EdDSA";
      return { id: row.id, issuer: row.issuer, algorithm, key };
    },
  };
}
