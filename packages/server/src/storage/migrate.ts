/** Brings a database to the newest schema. Each migration runs once, in a transaction. */
import { BerthError } from "@berth/protocol";
import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import type { Database } from "./database.ts";

export interface NamedMigration {
  /** Such as `0020_registry`; names sorted decide the order, and are never changed. */
  readonly name: string;
  /**
   * True when the release before works on with the new schema, so that it may be applied while that
   * still serves: it only adds what the other never looks at and need not fill. Default false.
   */
  readonly isOverlapSafe?: boolean;
  up(db: Kysely<unknown>): Promise<void>;
  down?(db: Kysely<unknown>): Promise<void>;
}

/** Applies what is missing. Safe to run from several nodes at once: a lock in the database orders them. */
export async function migrate(
  database: Pick<Database, "kysely">,
  migrations: readonly NamedMigration[],
): Promise<void> {
  const { error } = await migratorOf(database, migrations).migrateToLatest();
  if (error !== undefined) throw error;
}

/**
 * Applies what is missing while another process, perhaps of the release before, works on the same
 * database. Nothing is applied unless all of it is safe for the other.
 *
 * @throws HAND_OVER_IMPOSSIBLE naming the migrations that are not
 */
export async function migrateBesideAnother(
  database: Pick<Database, "kysely">,
  migrations: readonly NamedMigration[],
): Promise<void> {
  const infos = await migratorOf(database, migrations).getMigrations();
  const pending = new Set(
    infos.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name),
  );
  const unsafe = migrations.filter((each) => pending.has(each.name) && !each.isOverlapSafe);
  if (unsafe.length > 0) {
    const names = unsafe.map(({ name }) => name).sort();
    throw new BerthError(
      "HAND_OVER_IMPOSSIBLE",
      `The new version changes tables that the running one still uses (${names.join(", ")}); stop Berth and start it again for this upgrade.`,
      { details: { migrations: names } },
    );
  }
  await migrate(database, migrations);
}

function migratorOf(
  database: Pick<Database, "kysely">,
  migrations: readonly NamedMigration[],
): Migrator {
  const byName = Object.fromEntries(migrations.map((migration) => [migration.name, migration]));
  if (Object.keys(byName).length !== migrations.length) {
    throw new TypeError("Two migrations have the same name.");
  }
  return new Migrator({
    db: database.kysely,
    provider: { getMigrations: async () => byName },
    // A domain that comes later may have a number in between.
    allowUnorderedMigrations: true,
  });
}
