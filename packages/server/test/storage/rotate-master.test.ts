import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allMigrations } from "../../src/compose/migrations.ts";
import { type Database, openDatabase } from "../../src/storage/database.ts";
import { createLocalKeyService } from "../../src/storage/key-service/local-key-service.ts";
import { createKeyStore } from "../../src/storage/key-store.ts";
import { type KeyRing, openKeyRing } from "../../src/storage/keys.ts";
import { createPersonKeys } from "../../src/storage/person-keys.ts";
import { rewrapDataKeys } from "../../src/storage/rewrap-data-keys.ts";
import { rotateMaster } from "../../src/storage/rotate-master.ts";
import {
  databasesUnderTest,
  openTestDatabase,
  silentLogger,
  type TestDatabase,
} from "../support/databases.ts";
import type { RotateTask } from "./rotate-until-killed.ts";

const openTimeoutMs = 60_000;
const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
const newKey = () => randomBytes(32).toString("hex");
const serviceOf = (key: string) =>
  createLocalKeyService({ random, readKeys: async () => [Buffer.from(key, "hex")] });
const organizations = Array.from(
  { length: 25 },
  (_, index) => `org_${String(index).padStart(2, "0")}`,
);
const secret = Buffer.from("value of a secret");
const refused = { code: "MASTER_KEY_WRONG" };

describe.each(databasesUnderTest())("the master key on %s", (kind) => {
  let database: TestDatabase;
  let kysely: TestDatabase["kysely"];
  let reopened: Database | undefined;
  beforeAll(async () => {
    database = await openTestDatabase(kind, allMigrations);
    kysely = database.kysely;
  }, openTimeoutMs);
  afterAll(async () => {
    await reopened?.close();
    await database[Symbol.asyncDispose]();
  });

  const open = (masterKey: string, isUpgrade = false): Promise<KeyRing> =>
    openKeyRing({
      ...{ folder: database.folder, masterKey, random, logger: silentLogger },
      store: createKeyStore(kysely),
      isUpgrade: async () => isUpgrade,
    });
  const clear = async () => {
    for (const table of ["host_key", "organization_key", "person_key", "installation"] as const) {
      await sql`delete from ${sql.table(table)}`.execute(kysely);
    }
  };

  async function sealSome(keys: KeyRing) {
    const sealed = new Map<string, { readonly wrapped: string; readonly value: Uint8Array }>();
    for (const organization of organizations) {
      await keys.ready(organization);
      const { wrapped } = keys.createDataKey(organization);
      sealed.set(organization, { wrapped, value: keys.seal(wrapped, secret, "c") });
    }
    return async (others: KeyRing) => {
      for (const [organization, { wrapped, value }] of sealed) {
        await others.ready(organization);
        expect(Buffer.from(others.open(wrapped, value, "c"))).toEqual(secret);
      }
    };
  }

  test("organizations have keys of their own, which do not open each other's", async () => {
    await clear();
    const master = newKey();
    const keys = await open(master);
    const check = await sealSome(keys);
    await check(keys);
    const { wrapped } = keys.createDataKey("org_00");
    const [form, , sealed] = wrapped.split(".");
    expect(form).toBe("o1");
    expect(() => keys.seal([form, "org_01", sealed].join("."), secret, "c")).toThrow(
      /does not open/,
    );
    expect(() => keys.seal(`o1.org_unopened.${sealed}`, secret, "c")).toThrow(/is not open/);
    // Two servers that make the key of one organization at once end with the same.
    const other = await open(master);
    await Promise.all([other, keys].map((each) => each.ready("org_new")));
    const shared = other.createDataKey("org_new").wrapped;
    expect(Buffer.from(keys.open(shared, other.seal(shared, secret, "c"), "c"))).toEqual(secret);
    await expect(open(newKey())).rejects.toMatchObject(refused);
  });

  test(
    "a rotation that is killed goes on; then the old key is refused and all that was sealed opens",
    async () => {
      await clear();
      const [before, after] = [newKey(), newKey()];
      const keys = await open(before);
      const purposes = keys.deriveKey("pseudonyms");
      const check = await sealSome(keys);
      const persons = createPersonKeys({ keys, random });
      const note = await kysely.transaction().execute((trx) => persons.seal(trx, "per_1", secret));
      const task: RotateTask = {
        folder: database.folder,
        url: database.url ?? null,
        from: before,
        to: after,
        batches: 2,
      };
      // The embedded database is open in one process at a time.
      if (kind === "pglite") await database.close();
      await rotateUntilKilled(task);
      if (kind === "pglite") {
        reopened = await openDatabase({ folder: database.folder, logger: silentLogger });
        kysely = reopened.kysely;
      }
      const half = await sql<{ count: number }>`select count(*)::int as count from organization_key
      where master_id = ${await serviceOf(after).currentId()}`.execute(kysely);
      expect(half.rows[0]?.count).toBeGreaterThan(0);
      expect(half.rows[0]?.count).toBeLessThan(organizations.length);
      await expect(open(before)).rejects.toMatchObject(refused);

      const rotation = { kysely, from: serviceOf(before), to: serviceOf(after), batchRows: 4 };
      expect(await rotateMaster(rotation)).toBe(organizations.length - (half.rows[0]?.count ?? 0));
      expect(await rotateMaster(rotation)).toBe(0);
      await expect(open(before)).rejects.toMatchObject(refused);
      const rotated = await open(after);
      await check(rotated);
      expect(rotated.deriveKey("pseudonyms")).toEqual(purposes);
      const opened = await createPersonKeys({ keys: rotated, random }).open(kysely, "per_1", note);
      expect(Buffer.from(opened ?? [])).toEqual(secret);
    },
    openTimeoutMs,
  );

  test("a new key that fails, or an old one that is wrong, changes nothing", async () => {
    await clear();
    const before = newKey();
    const check = await sealSome(await open(before));
    const to = serviceOf(newKey());
    await expect(rotateMaster({ kysely, from: serviceOf(newKey()), to })).rejects.toMatchObject(
      refused,
    );
    const forgetful = { ...to, unwrap: async () => random(32) };
    await expect(
      rotateMaster({ kysely, from: serviceOf(before), to: forgetful }),
    ).rejects.toMatchObject(refused);
    const running = await open(before);
    await check(running);
    // A server that went on with the old key cannot add another organization's under it.
    await rotateMaster({ kysely, from: serviceOf(before), to });
    await expect(running.ready("org_late")).rejects.toMatchObject(refused);
    const { rows } =
      await sql`select 1 from organization_key where organization_id = 'org_late'`.execute(kysely);
    expect(rows).toEqual([]);
  });

  test("data keys of before organizations had keys are put under them, and open as they did", async () => {
    await clear();
    const master = newKey();
    const old = await openKeyRing({
      folder: database.folder,
      masterKey: master,
      random,
      logger: silentLogger,
    });
    const { wrapped } = old.createDataKey();
    const sealed = old.seal(wrapped, secret, "c");
    const ids = ["i1", "i2"];
    for (const id of ids) {
      await sql`insert into installation (id, organization_id, app, version, digest, manifest, state, data_key,
          resources, config, config_hash, installed_by, installed_at, updated_at, revision)
        values (${id}, ${`org_${id}`}, 'a/b', '1', 'd', '{}', 'running', ${wrapped}, '{}', '{}', 'h', 'p', now(), now(), 1)`.execute(
        kysely,
      );
    }
    const keys = await open(master, true);
    expect(keys.deriveKey("sessions")).toEqual(old.deriveKey("sessions"));
    expect(Buffer.from(keys.open(wrapped, sealed, "c"))).toEqual(secret);
    expect(await rewrapDataKeys(kysely, keys)).toBe(ids.length);
    expect(await rewrapDataKeys(kysely, keys)).toBe(0);
    const rows = await kysely
      .selectFrom("installation")
      .select(["id", "data_key"])
      .orderBy("id")
      .execute();
    for (const { id, data_key: dataKey } of rows) {
      expect(dataKey.startsWith(`o1.org_${id}.`)).toBe(true);
      expect(Buffer.from(keys.open(dataKey, sealed, "c"))).toEqual(secret);
      expect(keys.fingerprint(dataKey, "v")).toBe(old.fingerprint(wrapped, "v"));
    }
  });

  test("a person's key is theirs, is destroyed for good, and leaves no name of theirs", async () => {
    await clear();
    const persons = createPersonKeys({ keys: await open(newKey()), random });
    const within = <T>(work: Parameters<ReturnType<typeof kysely.transaction>["execute"]>[0]) =>
      kysely.transaction().execute(work) as Promise<T>;
    const [one, two] = await within<Uint8Array[]>(async (trx) => [
      await persons.seal(trx, "per_1", secret),
      await persons.seal(trx, "per_2", secret),
    ]);
    expect(Buffer.from((await persons.open(kysely, "per_1", one ?? secret)) ?? [])).toEqual(secret);
    await expect(persons.open(kysely, "per_2", one ?? secret)).rejects.toThrow(/does not open/);
    await within((trx) => persons.destroy(trx, "per_1"));
    await within((trx) => persons.destroy(trx, "per_1"));
    expect(await persons.open(kysely, "per_1", one ?? secret)).toBeUndefined();
    // What comes later, such as the end of a request that was under way, opens for nobody.
    const late = await within<Uint8Array>((trx) => persons.seal(trx, "per_1", secret));
    expect(await persons.open(kysely, "per_1", late)).toBeUndefined();
    expect(Buffer.from((await persons.open(kysely, "per_2", two ?? secret)) ?? [])).toEqual(secret);
    const rows = await kysely.selectFrom("person_key").select("person_id").execute();
    expect(rows.map(({ person_id: id }) => id).sort()).toEqual([
      persons.opaqueId("per_1"),
      "per_2",
    ]);
    expect(persons.opaqueId("per_1")).toMatch(/^erased_[0-9a-f]{32}$/);
  });

  test.runIf(kind === "postgres")(
    "a person's first key is not made for who is being erased on another node",
    async () => {
      await clear();
      const persons = createPersonKeys({ keys: await open(newKey()), random });
      let sealed: Promise<Uint8Array> | undefined;
      await kysely.transaction().execute(async (trx) => {
        await persons.destroy(trx, "per_9");
        const begun = Promise.withResolvers<void>();
        sealed = kysely.transaction().execute(async (other) => {
          // Its first look finds no key, and nobody erased yet.
          await sql`select 1`.execute(other);
          begun.resolve();
          return persons.seal(other, "per_9", secret);
        });
        await begun.promise;
        const waits = async () => {
          const { rows } = await sql<{ count: number }>`select count(*)::int as count
            from pg_locks where locktype = 'advisory' and not granted
              and database = (select oid from pg_database where datname = current_database())`.execute(
            trx,
          );
          return rows[0]?.count;
        };
        await expect.poll(waits).toBe(1);
      });
      const late = (await sealed) ?? secret;
      expect(await persons.open(kysely, "per_9", late)).toBeUndefined();
    },
  );
});

async function rotateUntilKilled(task: RotateTask): Promise<void> {
  const script = fileURLToPath(new URL("rotate-until-killed.ts", import.meta.url));
  const flags = ["--conditions=berth-source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, script, JSON.stringify(task)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [, signal] = await once(child, "exit");
  expect(signal).toBe("SIGKILL");
}
