/**
 * The embedded database: its folder, its lock, its first initialization.
 *
 * Invariant: `folder/database` is a whole database or absent; it is made beside and renamed into place.
 * It does not fsync: an acknowledged row outlives `kill -9`, not always a power cut.
 */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Database } from "../database.ts";
import { acquireLock } from "../lock.ts";
import type { Schema } from "../schema.ts";
import { createEmbeddedDialect } from "./dialect.ts";
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

/** @throws DATA_FOLDER_LOCKED, FILE_UNREADABLE, UNAVAILABLE */
export async function openEmbedded(options: {
  readonly folder: string;
  readonly logger: Logger;
}): Promise<Database> {
  const { folder, logger } = options;
  const dataFolder = join(folder, "database");
  const lock = acquireLock(join(folder, "database.lock"));
  try {
    await prepare(folder, dataFolder, logger);
    const thread = await openDatabaseThread(dataFolder);
    const kysely = new Kysely<Schema>({ dialect: createEmbeddedDialect(thread) });
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
    return { kind: "pglite", kysely, close: () => (closing ??= close()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}
