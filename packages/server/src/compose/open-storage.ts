/** The ground under all domains: the data folder, the database, the keys, the blobs. */
import { randomBytes } from "node:crypto";
import { type BlobStore, openBlobStore } from "../storage/blobs.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import { type KeyRing, openKeyRing } from "../storage/keys.ts";
import { migrate } from "../storage/migrate.ts";
import { openDataFolder } from "./data-folder.ts";
import { allMigrations } from "./migrations.ts";
import type { BerthOptions } from "./options.ts";

export interface Storage {
  readonly ground: Ground;
  readonly folder: string;
  readonly nodeId: string;
  readonly database: Database;
  readonly keys: KeyRing;
  readonly blobs: BlobStore;
}

/** What it opens is closed by `opened`, in reverse order. */
export async function openStorage(
  options: BerthOptions,
  opened: AsyncDisposableStack,
): Promise<Storage> {
  const { folder, logger, clock = { now: () => Date.now() } } = options;
  const random = options.random ?? ((bytes: number) => randomBytes(bytes));
  const ground: Ground = { clock, random, logger };
  const { nodeId, lock } = await openDataFolder(folder, random);
  opened.defer(() => lock.release());
  const database = await openDatabase({
    folder,
    logger,
    ...(options.databaseUrl === undefined ? {} : { url: options.databaseUrl }),
  });
  opened.defer(() => database.close());
  await migrate(database, allMigrations);
  const keys = await openKeyRing({
    folder,
    random,
    logger,
    ...(options.masterKey === undefined ? {} : { masterKey: options.masterKey }),
  });
  const blobs = await openBlobStore({
    folder,
    ...(options.blobUrl === undefined ? {} : { url: options.blobUrl }),
  });
  return { ground, folder, nodeId, database, keys, blobs };
}
