/**
 * A key for each person, for what is theirs in records that must not change, such as the audit log.
 *
 * Destroying the key leaves the record whole and what was the person's own unreadable for good. It is
 * looked up at every use: a key that is in no row opens nothing, whatever memory still holds.
 * Invariant: after `destroy` nothing is sealed for that person so that it could be opened again.
 */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { type Kysely, sql, type Transaction } from "kysely";
import type { KeyRing } from "./keys.ts";
import type { Schema } from "./schema.ts";
import { decrypt, encrypt, keyBytes, nonceBytes } from "./sealed-box.ts";

export interface PersonKeys {
  /** In the caller's transaction, which may be an organization's. Makes the key when there is none. */
  seal(trx: Transaction<Schema>, personId: string, plaintext: Uint8Array): Promise<Uint8Array>;
  /** Undefined when the person's key was destroyed. @throws INTERNAL when it was changed */
  open(db: Kysely<Schema>, personId: string, sealed: Uint8Array): Promise<Uint8Array | undefined>;
  /** Of several, in their order, by one query. */
  openMany(
    db: Kysely<Schema>,
    values: readonly { readonly personId: string; readonly sealed: Uint8Array }[],
  ): Promise<readonly (Uint8Array | undefined)[]>;
  /** Destroys the key, and sees that none is made again. Doing so twice is as good as once. */
  destroy(trx: Transaction<Schema>, personId: string): Promise<void>;
  /** What an erased person is named by: tells erased persons apart, and gives nothing of them away. */
  opaqueId(personId: string): string;
}

export interface PersonKeysOptions {
  readonly keys: Pick<KeyRing, "deriveKey">;
  readonly random: (bytes: number) => Uint8Array;
}

const opaqueDigits = 32;

/** Needs the tables of `storageMigrations`. */
export function createPersonKeys({ keys, random }: PersonKeysOptions): PersonKeys {
  const wrapping = createSecretKey(keys.deriveKey("person-keys"));
  const naming = createSecretKey(keys.deriveKey("erased-persons"));
  const wrapContext = (personId: string) => `person-key/${personId}`;
  const valueContext = (personId: string) => `person/${personId}`;

  const opaqueId = (personId: string) =>
    `erased_${createHmac("sha256", naming).update(personId).digest("hex").slice(0, opaqueDigits)}`;

  const unwrap = (personId: string, wrapped: string): KeyObject =>
    createSecretKey(decrypt(wrapping, Buffer.from(wrapped, "base64"), wrapContext(personId)));

  async function find(db: Kysely<Schema>, id: string): Promise<string | undefined> {
    const row = await db
      .selectFrom("person_key")
      .select("wrapped")
      .where("person_id", "=", id)
      .executeTakeFirst();
    return row?.wrapped;
  }

  /** Making a key and destroying it, one after the other: or one would be made for who was just erased. */
  async function takeTurn(trx: Transaction<Schema>, personId: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${opaqueId(personId)}::text, 0))`.execute(
      trx,
    );
  }

  async function openOrMake(trx: Transaction<Schema>, personId: string): Promise<KeyObject> {
    const known = await find(trx, personId);
    if (known !== undefined) return unwrap(personId, known);
    await takeTurn(trx, personId);
    const raw = random(keyBytes);
    // What is sealed by a key that is kept nowhere can be opened by nobody.
    if ((await find(trx, opaqueId(personId))) !== undefined) return createSecretKey(raw);
    const wrapped = encrypt(wrapping, random(nonceBytes), raw, wrapContext(personId));
    await trx
      .insertInto("person_key")
      .values({ person_id: personId, wrapped: wrapped.toString("base64") })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    // Another transaction may have been first.
    const kept = await find(trx, personId);
    return kept === undefined ? createSecretKey(raw) : unwrap(personId, kept);
  }

  const openMany: PersonKeys["openMany"] = async (db, values) => {
    if (values.length === 0) return [];
    const ids = [...new Set(values.map(({ personId }) => personId))];
    const rows = await db
      .selectFrom("person_key")
      .select(["person_id", "wrapped"])
      .where("person_id", "in", ids)
      .execute();
    const known = new Map(rows.map(({ person_id, wrapped }) => [person_id, wrapped]));
    return values.map(({ personId, sealed }) => {
      const wrapped = known.get(personId);
      if (wrapped === undefined) return undefined;
      return decrypt(unwrap(personId, wrapped), sealed, valueContext(personId));
    });
  };

  return {
    opaqueId,
    async seal(trx, personId, plaintext) {
      const key = await openOrMake(trx, personId);
      return encrypt(key, random(nonceBytes), plaintext, valueContext(personId));
    },
    openMany,
    open: async (db, personId, sealed) => (await openMany(db, [{ personId, sealed }]))[0],
    async destroy(trx, personId) {
      await takeTurn(trx, personId);
      await trx.deleteFrom("person_key").where("person_id", "=", personId).execute();
      await trx
        .insertInto("person_key")
        .values({ person_id: opaqueId(personId), wrapped: "" })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}
