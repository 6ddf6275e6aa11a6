/** Brings a database to the newest schema. Each migration runs once, in a transaction. */
import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import type { Database } from "./database.ts";

export interface NamedMigration {
  /** Such as `0020_registry`; names sorted decide the order, and are never changed. */
  readonly name: string;
  up(db: Kysely<unknown>): Promise<void>;
  down?(db: Kysely<unknown>): Promise<void>;
}

/** Applies what is missing. Safe to run from several nodes at once: a lock in the database orders them. */
export async function migrate(
  database: Pick<Database, "kysely">,
  migrations: readonly NamedMigration[],
): Promise<void> {
  const byName = Object.fromEntries(migrations.map((migration) => [migration.name, migration]));
  if (Object.keys(byName).length !== migrations.length) {
    throw new TypeError("Two migrations have the same name.");
  }
  const migrator = new Migrator({
    db: database.kysely,
    provider: { getMigrations: async () => byName },
    // A domain that comes later may have a number in between.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
