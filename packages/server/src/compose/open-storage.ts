/** The ground under all domains: the data folder, the database, the keys, the blobs. */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { removeCellLeftovers } from "@berth/cells";
import { BerthError } from "@berth/protocol";
import { type BlobStore, openBlobStore } from "../storage/blobs.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { KeyRing } from "../storage/keys.ts";
import { migrate, migrateBesideAnother } from "../storage/migrate.ts";
import { rewrapDataKeys } from "../storage/rewrap-data-keys.ts";
import { type DataFolder, type OtherPlace, openDataFolder } from "./data-folder.ts";
import { allMigrations } from "./migrations.ts";
import { openKeysAndSeparate } from "./open-keys.ts";
import type { BerthOptions } from "./options.ts";

export interface Storage {
  readonly ground: Ground;
  readonly folder: string;
  readonly place: Omit<DataFolder, "lock">;
  readonly database: Database;
  readonly keys: KeyRing;
  readonly blobs: BlobStore;
}

/**
 * What it opens is closed by `opened`, in reverse order.
 *
 * @throws HAND_OVER_IMPOSSIBLE for a successor on the embedded database, which only one process can
 * open, or whose tables are not the predecessor's
 */
export async function openStorage(
  options: BerthOptions,
  opened: AsyncDisposableStack,
): Promise<Storage> {
  const { folder, logger, clock = { now: () => Date.now() } } = options;
  const isSuccessor = options.successor !== undefined;
  if (isSuccessor && options.databaseUrl === undefined) throw embedded(folder);
  const random = options.random ?? ((bytes: number) => randomBytes(bytes));
  const ground: Ground = { clock, random, logger };
  const { lock, ...place } = await openDataFolder({ folder, random, isSuccessor });
  opened.defer(() => lock.release());
  const opening = await openDatabase({
    folder,
    logger,
    ...(options.databaseUrl === undefined ? {} : { url: options.databaseUrl }),
  });
  opened.defer(() => opening.close());
  // Nobody has it: a server that was killed in a hand-over left it.
  if (!isSuccessor) await clearPlace(place.other);
  await (isSuccessor ? migrateBesideAnother : migrate)(opening, allMigrations);
  const { database, keys } = await openKeysAndSeparate(opening, { ...options, random });
  // A predecessor of an older release could not open what is wrapped anew.
  if (!isSuccessor) await rewrapDataKeys(database.kysely, keys);
  const blobs = await openBlobStore({
    folder,
    ...(options.blobUrl === undefined ? {} : { url: options.blobUrl }),
  });
  return { ground, folder, place, database, keys, blobs };
}

/** Removes what the process of a place left there. */
export async function clearPlace(place: Pick<OtherPlace, "cellsFolder" | "uploadsFolder">) {
  await rm(place.uploadsFolder, { recursive: true, force: true });
  await removeCellLeftovers(place.cellsFolder);
}

function embedded(folder: string): BerthError {
  return new BerthError(
    "HAND_OVER_IMPOSSIBLE",
    `The embedded database in ${folder} can be open in one process only, so no second one can take over; stop Berth and start it again, or use PostgreSQL (DATABASE_URL).`,
  );
}
