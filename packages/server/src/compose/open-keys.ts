/**
 * From the database as it was migrated to the one that serves: the keys need its tables, and the
 * logins that serve need a secret of the keys.
 */
import { type Kysely, sql } from "kysely";
import type { Database, OpenedDatabase } from "../storage/database.ts";
import { createKeyStore } from "../storage/key-store.ts";
import { type KeyRing, openKeyRing } from "../storage/keys.ts";
import type { Schema } from "../storage/schema.ts";
import type { BerthOptions } from "./options.ts";

export async function openKeysAndSeparate(
  opening: OpenedDatabase,
  options: Pick<
    BerthOptions,
    "folder" | "masterKey" | "masterKeyFile" | "keyService" | "databaseLogins" | "logger"
  > & { readonly random: (bytes: number) => Uint8Array },
): Promise<{ readonly database: Database; readonly keys: KeyRing }> {
  const { folder, random, logger, masterKey, masterKeyFile, keyService, databaseLogins } = options;
  const open = (kysely: Kysely<Schema>) =>
    openKeyRing({
      ...{ folder, random, logger },
      ...(masterKey === undefined ? {} : { masterKey }),
      ...(masterKeyFile === undefined ? {} : { masterKeyFile }),
      ...(keyService === undefined ? {} : { keyService }),
      store: createKeyStore(kysely),
      isUpgrade: () => hasPeople(kysely),
    });
  const secret = (await open(opening.kysely)).deriveKey("database-logins");
  const database = await opening.separate({
    secret,
    ...(databaseLogins === undefined ? {} : { logins: databaseLogins }),
  });
  // Once more, over the login that serves: the one that migrated is let go of.
  return { database, keys: await open(database.kysely) };
}

async function hasPeople(kysely: Kysely<Schema>): Promise<boolean> {
  const { rows } = await sql`select 1 from person limit 1`.execute(kysely);
  return rows.length > 0;
}
