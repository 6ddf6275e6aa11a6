/**
 * What is somebody's own in the log, sealed under a key of theirs: when that key is destroyed, nobody reads
 * it any more, and the log still verifies, since its leaves are over the sealed text.
 */
import type { Transaction } from "kysely";
import type { Database } from "../storage/database.ts";
import type { PersonKeys } from "../storage/person-keys.ts";
import type { Schema } from "../storage/schema.ts";

export interface SealedFields {
  /** Makes the person's key when there is none. @returns base64 */
  seal(trx: Transaction<Schema>, personId: string, plaintext: string): Promise<string>;
  /** Undefined when the key was destroyed. */
  open(personId: string, sealed: string): Promise<string | undefined>;
  /** The same of several, in their order. */
  openMany(
    values: readonly { readonly personId: string; readonly sealed: string }[],
  ): Promise<readonly (string | undefined)[]>;
}

/**
 * Under whom to seal what belongs to somebody who is not known here, such as the address of a failed
 * sign-in: one key a day, which is destroyed when the day is long past.
 */
export function strangersOf(at: number): string {
  return `strangers-${new Date(at).toISOString().slice(0, 10)}`;
}

export function createSealedFields(options: {
  readonly database: Pick<Database, "kysely">;
  readonly personKeys: Pick<PersonKeys, "seal" | "openMany">;
}): SealedFields {
  const { database, personKeys } = options;
  const openMany: SealedFields["openMany"] = async (values) => {
    const given = values.map(({ personId, sealed }) => ({
      personId,
      sealed: Buffer.from(sealed, "base64"),
    }));
    const opened = await personKeys.openMany(database.kysely, given);
    return opened.map((bytes) => (bytes === undefined ? undefined : Buffer.from(bytes).toString()));
  };

  return {
    async seal(trx, personId, plaintext) {
      const sealed = await personKeys.seal(trx, personId, Buffer.from(plaintext));
      return Buffer.from(sealed).toString("base64");
    },
    openMany,
    open: async (personId, sealed) => (await openMany([{ personId, sealed }]))[0],
  };
}
