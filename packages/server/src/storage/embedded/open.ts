/**
 * The embedded database: its folder, its lock, its first initialization.
 *
 * Invariant: `folder/database` is a whole database or absent; it is made beside and renamed into place.
 * It does not fsync: an acknowledged row outlives `kill -9`, not always a power cut.
 */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Kysely, sql } from "kysely";
import type { Logger } from "pino";
import { separateByRole } from "../apart/separate-by-role.ts";
import { notSeparated } from "../apart/separation.ts";
import type { Database, OpenedDatabase } from "../database.ts";
import { acquireLock } from "../lock.ts";
import type { Schema } from "../schema.ts";
import { createEmbeddedDialect, createEmbeddedDriver, runWithin } from "./dialect.ts";
import { openDatabaseThread } from "./thread.ts";

const unfinishedPrefix = "database.new-";

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function prepare(folder: string, dataFolder: string, logger: Logger): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(unfinishedPrefix)) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
  if (await isThere(dataFolder)) {
    // Left by a process that was killed. Under our lock nobody else can be its owner.
    await rm(join(dataFolder, "postmaster.pid"), { force: true });
    return;
  }
  logger.info({ folder: dataFolder }, "making the embedded database; this takes a few seconds");
  const unfinished = join(folder, `${unfinishedPrefix}${process.pid}`);
  await mkdir(unfinished, { mode: 0o700 });
  const thread = await openDatabaseThread(unfinished);
  await thread.close();
  await rename(unfinished, dataFolder);
}

/** Rewrites every table and its statistics, and lets go of the log of changes that led there. */
async function compact(kysely: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ names: string | null }>`
    select string_agg(format('%I', relname), ', ') as names from pg_class
    where relkind = 'r' and relnamespace = current_schema()::regnamespace`.execute(kysely);
  if (rows[0]?.names) await sql.raw(`vacuum (full, analyze) ${rows[0].names}`).execute(kysely);
  // Samples of the values that columns had.
  await sql.raw("vacuum full pg_statistic").execute(kysely);
  await kysely.connection().execute(async (connection) => {
    // A segment of the log that is done with is otherwise kept, with its content, to be used again.
    await sql.raw("set wal_recycle = off").execute(connection);
    try {
      await sql.raw("select pg_switch_wal()").execute(connection);
      await sql.raw("checkpoint").execute(connection);
    } finally {
      await sql.raw("reset wal_recycle").execute(connection);
    }
  });
}

/** @throws DATA_FOLDER_LOCKED, FILE_UNREADABLE, UNAVAILABLE */
export async function openEmbedded(options: {
  readonly folder: string;
  readonly logger: Logger;
}): Promise<OpenedDatabase> {
  const { folder, logger } = options;
  const dataFolder = join(folder, "database");
  const lock = acquireLock(join(folder, "database.lock"));
  try {
    await prepare(folder, dataFolder, logger);
    const thread = await openDatabaseThread(dataFolder);
    const driver = createEmbeddedDriver(thread);
    const kysely = new Kysely<Schema>({ dialect: createEmbeddedDialect(driver) });
    let closing: Promise<void> | undefined;
    const close = async () => {
      try {
        await kysely.destroy();
        // A Kysely that was never used does not close what it was given.
        await thread.close();
      } finally {
        lock.release();
      }
    };
    const opened: Database = {
      kind: "pglite",
      kysely,
      of: () => kysely,
      separation: notSeparated,
      compact: () => compact(kysely),
      close: () => (closing ??= close()),
    };
    return {
      ...opened,
      separate: async () => ({
        ...opened,
        ...(await separateByRole(kysely, {
          driver,
          runWithin: (first, query) => runWithin(thread, first, query),
        })),
      }),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
