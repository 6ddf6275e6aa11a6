/**
 * Changes the master key of a Berth that is not running.
 *
 * Holds the data folder for its time, so that no server of this folder can run beside it; servers of
 * other folders on the same PostgreSQL are the operator's to stop.
 * Invariant: whenever it is killed, the same command ends what it began.
 */
import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BerthError } from "@berth/protocol";
import type { Logger } from "pino";
import { openDatabase } from "../storage/database.ts";
import type { KeyService } from "../storage/key-service/key-service.ts";
import { createLocalKeyService } from "../storage/key-service/local-key-service.ts";
import { createKeyStore } from "../storage/key-store.ts";
import { openKeyRing, openKeyService } from "../storage/keys.ts";
import { parseKey } from "../storage/master-key.ts";
import { migrate } from "../storage/migrate.ts";
import { rotateMaster } from "../storage/rotate-master.ts";
import { syncFolder } from "../storage/sync-folder.ts";
import { openDataFolder } from "./data-folder.ts";
import { allMigrations } from "./migrations.ts";

export interface RotateMasterKeyOptions {
  readonly folder: string;
  readonly databaseUrl?: string;
  /** The old key, as for `createBerth`. Without either it is the data folder's file. */
  readonly masterKey?: string;
  readonly masterKeyFile?: string;
  /**
   * The new key: 32 bytes as `masterKey`. Left out with `masterKeyFile`, whose highest version is the
   * new key, and with the data folder's file, which then gets a new one.
   */
  readonly newMasterKey?: string;
  readonly logger: Logger;
  readonly onProgress?: (rewrapped: number) => void | Promise<void>;
}

export interface RotatedMasterKey {
  /** Keys that are wrapped anew; 0 when all were already. */
  readonly rewrapped: number;
  /** The new master key's id. */
  readonly masterId: string;
}

/** @throws DATA_FOLDER_LOCKED while a server runs, OPTION_INVALID, MASTER_KEY_WRONG, UNAVAILABLE */
export async function rotateMasterKey(options: RotateMasterKeyOptions): Promise<RotatedMasterKey> {
  const { folder, logger } = options;
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
  await using opened = new AsyncDisposableStack();
  const { lock } = await openDataFolder({ folder, random, isSuccessor: false });
  opened.defer(() => lock.release());
  const url = options.databaseUrl;
  const database = await openDatabase({ folder, logger, ...(url === undefined ? {} : { url }) });
  opened.defer(() => database.close());
  await migrate(database, allMigrations);
  const old = {
    ...{ folder, random, logger },
    ...(options.masterKey === undefined ? {} : { masterKey: options.masterKey }),
    ...(options.masterKeyFile === undefined ? {} : { masterKeyFile: options.masterKeyFile }),
  };
  const { service: from } = await openKeyService(old);
  const { to, finish } = await findNewKey(options, from, random);
  const store = createKeyStore(database.kysely);
  const { kysely } = database;
  if ((await store.findHostKey()) === undefined) {
    // A Berth of before there were keys in the database: they are made under the old key first.
    const isUpgrade = async () =>
      (await kysely.selectFrom("person").select("id").limit(1).execute()).length > 0;
    await openKeyRing({ ...old, store, isUpgrade });
  }
  const rewrapped = await rotateMaster({
    ...{ kysely, from, to },
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  await finish();
  return { rewrapped, masterId: await to.currentId() };
}

async function findNewKey(
  options: RotateMasterKeyOptions,
  from: KeyService,
  random: (bytes: number) => Uint8Array,
): Promise<{ readonly to: KeyService; finish(): Promise<void> }> {
  const nothing = async () => undefined;
  const { folder, masterKey, masterKeyFile, newMasterKey } = options;
  if (newMasterKey !== undefined) {
    const key = parseKey(newMasterKey, "BERTH_NEW_MASTER_KEY");
    const isFile = masterKey === undefined && masterKeyFile === undefined;
    // From now on the key comes from outside; the old one would only be taken for it.
    const finish = isFile ? () => rm(join(folder, "master.key"), { force: true }) : nothing;
    return { to: createLocalKeyService({ random, readKeys: async () => [key] }), finish };
  }
  if (masterKeyFile !== undefined) return { to: from, finish: nothing };
  if (masterKey !== undefined) {
    throw new BerthError(
      "OPTION_INVALID",
      "There is no new master key; give it as BERTH_NEW_MASTER_KEY, and the old one as BERTH_MASTER_KEY.",
      { details: { option: "BERTH_NEW_MASTER_KEY" } },
    );
  }
  const path = join(folder, "master.key.new");
  // One that is there was made by a rotation that did not end, and wraps what that came to.
  const key = (await readKept(path)) ?? (await makeKept(path, random(32)));
  return {
    to: createLocalKeyService({ random, readKeys: async () => [key] }),
    async finish() {
      await rename(path, join(folder, "master.key"));
      await syncFolder(folder);
    },
  };
}

async function readKept(path: string): Promise<Uint8Array | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  // Torn before anything was wrapped by it: it was written out whole before it was used.
  if (text === undefined || !text.endsWith("\n")) return undefined;
  return parseKey(text, path);
}

async function makeKept(path: string, key: Uint8Array): Promise<Uint8Array> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(`${Buffer.from(key).toString("hex")}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // Before anything is wrapped by it in a database that may lie on another machine.
  await syncFolder(dirname(path));
  return key;
}
