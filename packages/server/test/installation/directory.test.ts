import { parseInstallationId, parseManifest } from "@berth/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDirectory } from "../../src/installation/directory.ts";
import { installationMigrations } from "../../src/installation/migrations.ts";
import { sealSecret } from "../../src/installation/secrets.ts";
import { createInstallationStore } from "../../src/installation/store.ts";
import { openKeyRing } from "../../src/storage/keys.ts";
import {
  databasesUnderTest,
  openTestDatabase,
  silentLogger,
  type TestDatabase,
} from "../support/databases.ts";

const manifest = parseManifest({
  id: "app",
  name: "App",
  version: "1.0.0",
  description: "App.",
  entryPoint: "view.js",
});
const idOf = (index: number) => parseInstallationId(`i${String(index).padStart(26, "0")}`);
const now = new Date("2026-11-21T12:00:00Z");

async function openBench(database: TestDatabase) {
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  const keys = await openKeyRing({ folder: database.folder, random, logger: silentLogger });
  const ground = { clock: { now: () => now.getTime() } };
  const store = createInstallationStore({ kysely: database.kysely, ground });
  let reads = 0;
  const organizations = {
    // Counts how often the directory really reads.
    async findOrganization(id: string) {
      reads += 1;
      return { id, slug: "acme", name: "Acme" };
    },
  };
  const directory = createDirectory({ store, organizations, keys, maxLoaded: 3 });
  const dataKey = keys.createDataKey().wrapped;
  const add = (index: number) =>
    store.transaction(async (trx) => {
      await trx
        .insertInto("installation")
        .values({
          id: idOf(index),
          organization_id: "org",
          app: `test/app-${index}`,
          version: "1.0.0",
          digest: "a".repeat(64),
          manifest: JSON.stringify(manifest),
          state: "running",
          state_reason: null,
          data_key: dataKey,
          resources: JSON.stringify(manifest.resources),
          config: JSON.stringify({ a: 1 }),
          config_hash: "0".repeat(16),
          last_run_id: null,
          installed_by: "person",
          installed_at: now,
          updated_at: now,
          revision: 1,
        })
        .execute();
    });
  return {
    keys,
    store,
    directory,
    dataKey,
    add,
    reads: () => reads,
    async [Symbol.asyncDispose]() {
      await database.kysely.deleteFrom("installation").execute();
    },
  };
}

describe.each(databasesUnderTest())("the directory on %s", (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(kind, installationMigrations);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it("loads once for many who ask at once, and then answers from memory", async () => {
    await using bench = await openBench(database);
    await bench.add(1);
    const { directory } = bench;
    expect(directory.findLoaded(idOf(1))).toBeUndefined();
    const [one, two] = await Promise.all([directory.load(idOf(1)), directory.load(idOf(1))]);
    expect(one).toBe(two);
    expect(directory.findLoaded(idOf(1))).toBe(one);
    expect(one).toMatchObject({ state: "running", organizationSlug: "acme", config: { a: 1 } });
    expect(bench.reads()).toBe(1);
  });

  it("forgets at a change, tells who listens, and shows what changed", async () => {
    await using bench = await openBench(database);
    await bench.add(1);
    const { directory, store } = bench;
    const before = await directory.load(idOf(1));
    const heard: string[] = [];
    const stop = directory.onChange((id) => heard.push(id));
    await store.transaction(async (trx) => {
      await store.transition(trx, await store.lock(trx, idOf(1)), "suspend", "Holiday.");
    });
    directory.invalidate(idOf(1));
    stop();
    directory.invalidate(idOf(2));
    const after = await directory.load(idOf(1));
    expect(after).toMatchObject({ state: "suspended", stateReason: "Holiday." });
    expect(after?.epoch).toBeGreaterThan(before?.epoch ?? 0);
    expect(heard).toEqual([idOf(1)]);
  });

  it("does not keep what was read before a change", async () => {
    await using bench = await openBench(database);
    await bench.add(1);
    const { directory } = bench;
    const reading = directory.load(idOf(1));
    directory.invalidate(idOf(1));
    expect((await reading)?.state).toBe("running");
    expect(directory.findLoaded(idOf(1))).toBeUndefined();
  });

  it("believes nothing that another process may have changed, while memory is shared", async () => {
    await using bench = await openBench(database);
    await bench.add(1);
    const { directory, store } = bench;
    const suspend = () =>
      store.transaction(async (trx) => {
        await store.transition(trx, await store.lock(trx, idOf(1)), "suspend", "Told elsewhere.");
      });
    const resume = () =>
      store.transaction(async (trx) => {
        await store.update(trx, idOf(1), { state: "running" });
      });
    const heard: string[] = [];
    directory.onChange((id) => heard.push(id));
    expect(await directory.load(idOf(2))).toBeUndefined();
    await directory.load(idOf(1));
    directory.share();
    expect(directory.findLoaded(idOf(1))).toBeUndefined();
    await directory.load(idOf(1));
    expect([bench.reads(), heard]).toEqual([1, []]);

    await suspend();
    expect((await directory.load(idOf(1)))?.state).toBe("suspended");
    expect(heard).toEqual([idOf(1)]);
    await resume();
    // Nobody asks for it; whoever holds a socket of it hears of it all the same.
    await directory.refresh();
    expect(heard).toEqual([idOf(1), idOf(1)]);

    await directory.load(idOf(1));
    await suspend();
    await bench.add(2);
    await directory.unshare();
    expect(directory.findLoaded(idOf(1))).toBeUndefined();
    expect((await directory.load(idOf(1)))?.state).toBe("suspended");
    expect(directory.findLoaded(idOf(1))?.state).toBe("suspended");
    expect((await directory.load(idOf(2)))?.state).toBe("running");
    await store.transaction((trx) => trx.deleteFrom("installation").execute());
    directory.share();
    expect(await directory.load(idOf(1))).toBeUndefined();
  });

  it("keeps no more than it may, the most recently used", async () => {
    await using bench = await openBench(database);
    const { directory } = bench;
    for (const index of [1, 2, 3, 4]) await bench.add(index);
    for (const index of [1, 2, 3]) await directory.load(idOf(index));
    directory.findLoaded(idOf(1));
    await directory.load(idOf(4));
    expect([1, 2, 3, 4].map((index) => directory.findLoaded(idOf(index)) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it("finds what is made after it was asked for", async () => {
    await using bench = await openBench(database);
    const { directory } = bench;
    expect(await directory.load(idOf(1))).toBeUndefined();
    expect(await directory.load("'; drop table installation; --")).toBeUndefined();
    await bench.add(1);
    directory.invalidate(idOf(1));
    expect(await directory.load(idOf(1))).toBeDefined();
  });

  it("opens a secret only for the installation and the name that it was sealed for", async () => {
    await using bench = await openBench(database);
    const { directory, store, keys, dataKey } = bench;
    await bench.add(1);
    await bench.add(2);
    const secret = { installationId: idOf(1), dataKey, name: "TOKEN", value: "s3cret" };
    const sealed = { ...sealSecret(keys, secret), updated_at: now };
    const put = (index: number, name: string) =>
      store.transaction(async (trx) => {
        const row = { ...sealed, installation_id: idOf(index), name };
        await trx.insertInto("installation_secret").values(row).execute();
      });
    await put(1, "TOKEN");
    expect(await directory.openSecret(idOf(1), "TOKEN")).toBe("s3cret");
    expect(await directory.openSecret(idOf(1), "OTHER")).toBeUndefined();
    // A row that was moved, even under the same data key.
    await put(1, "OTHER");
    await put(2, "TOKEN");
    await expect(directory.openSecret(idOf(1), "OTHER")).rejects.toMatchObject({
      code: "INTERNAL",
    });
    await expect(directory.openSecret(idOf(2), "TOKEN")).rejects.toMatchObject({
      code: "INTERNAL",
    });
  });
});
