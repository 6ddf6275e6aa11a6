/** The stores with the application's own checks left out: asked for another organization's, by its real ids. */
import { randomBytes } from "node:crypto";
import { parseInstallationId, parseManifest, parseRunId } from "@berth/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStateStore, type StateStore } from "../../../src/gateway/state/store.ts";
import { createLogTable, type LogTable } from "../../../src/insight/log-table.ts";
import {
  createInstallationStore,
  type InstallationStore,
} from "../../../src/installation/store.ts";
import { createJournal, type Journal } from "../../../src/jobs/journal.ts";
import { createMetering, type Metering } from "../../../src/metering/metering.ts";
import { type KeyRing, openKeyRing } from "../../../src/storage/keys.ts";
import { databasesUnderTest, silentLogger } from "../../support/databases.ts";
import { openSeparateDatabase, type SeparateDatabase } from "../../support/separate-database.ts";

const openTimeoutMs = 60_000;
const ours = { id: parseInstallationId(`i${"0".repeat(25)}1`), organizationId: "org_ours" };
const theirs = { id: parseInstallationId(`i${"0".repeat(25)}2`), organizationId: "org_theirs" };
const manifest = parseManifest({
  ...{ id: "app", name: "App", version: "1.0.0", description: "App.", entryPoint: "view.js" },
});
const injections = [
  "'; reset role; --",
  "' or '1'='1",
  '"; set role postgres; --',
  "'); select set_config('berth.organization', 'org_theirs', false); --",
  "\\'; drop table installation; --",
  "$1; select pg_sleep(9)",
  "%_",
  '{"$ne":null}',
];

describe.each(databasesUnderTest())("stores on %s", (kind) => {
  let rig: SeparateDatabase;
  let keys: KeyRing;
  let state: StateStore;
  let installations: InstallationStore;
  let journal: Journal;
  let logs: LogTable;
  let metering: Metering;
  let dataKey: string;
  const runs = new Map<string, string>();
  const ground = {
    clock: { now: () => 1_800_000_000_000 },
    random: (n: number) => randomBytes(n),
    logger: silentLogger,
  };
  const ownerOf = (who: typeof ours) => ({ ...who, dataKey, resources: manifest.resources });
  /** Ours, which says that it has their id. */
  const posing = () => ({ ...ownerOf(theirs), organizationId: ours.organizationId });

  beforeAll(async () => {
    rig = await openSeparateDatabase(kind);
    const { database } = rig;
    const { kysely, of } = database;
    keys = await openKeyRing({ folder: rig.folder, random: ground.random, logger: silentLogger });
    dataKey = keys.createDataKey().wrapped;
    state = createStateStore({ database, keys });
    installations = createInstallationStore({ kysely, of, ground });
    journal = createJournal({ kysely, of, ground, leaseMs: 1_000 });
    logs = createLogTable({ database, entriesKept: 10 });
    metering = createMetering({ database, ground, readCpu: () => undefined });
    for (const who of [ours, theirs]) await install(who);
  }, openTimeoutMs);
  afterAll(async () => {
    await metering.close();
    await rig[Symbol.asyncDispose]();
  });

  async function install(who: typeof ours): Promise<void> {
    const now = new Date(ground.clock.now());
    await rig.database
      .of(who.organizationId)
      .transaction()
      .execute(async (trx) => {
        const run = { kind: "install", organizationId: who.organizationId, subject: who.id };
        runs.set(who.id, await journal.insert(trx, { ...run, input: { a: 1 }, steps: ["one"] }));
        await trx
          .insertInto("installation")
          .values({
            ...{ id: who.id, organization_id: who.organizationId, app: "test/app" },
            ...{ version: "1.0.0", digest: "a".repeat(64), manifest: JSON.stringify(manifest) },
            ...{ state: "running", state_reason: null, data_key: dataKey, config: "{}" },
            ...{ resources: JSON.stringify(manifest.resources), config_hash: "0".repeat(16) },
            ...{ last_run_id: null, installed_by: "person", installed_at: now, updated_at: now },
            revision: 1,
          })
          .execute();
        await trx
          .insertInto("installation_secret")
          .values({
            ...{ installation_id: who.id, name: "TOKEN", fingerprint: "00000000", updated_at: now },
            sealed: keys.seal(dataKey, Buffer.from("s3cret"), `secret/${who.id}/TOKEN`),
          })
          .execute();
      });
    await state.put(ownerOf(who), [{ key: "note", value: `of ${who.organizationId}` }]);
    const line = { level: "info", source: "function", requestId: null } as const;
    await logs.append(who.id, [{ ...line, id: "1", at: 1, message: `of ${who.organizationId}` }]);
    metering.meter(who.id).requests += 1;
    await metering.flush();
  }

  test("app state of another organization is not read, listed, counted, written or removed", async () => {
    expect((await state.get(ownerOf(theirs), "note"))?.value).toBe("of org_theirs");
    expect(await state.get(posing(), "note")).toBeUndefined();
    const range = { prefix: "", after: null, limit: 10 };
    expect((await state.list(posing(), range)).entries).toEqual([]);
    expect(await state.usage(posing())).toEqual({ bytes: 0, keys: 0 });
    await expect(state.put(posing(), [{ key: "note", value: "mine now" }])).rejects.toThrow(
      /row-level security/,
    );
    await expect(state.put(posing(), [{ key: "new", value: 1 }], null)).rejects.toThrow(
      /row-level security/,
    );
    await expect(state.delete(posing(), "note")).rejects.toThrow(/row-level security/);
    expect((await state.get(ownerOf(theirs), "note"))?.value).toBe("of org_theirs");
  });

  test("an installation of another organization is not found, locked, changed, or taken over", async () => {
    const store = installations.of(ours.organizationId);
    expect((await store.findParts(ours.id))?.secrets).toHaveLength(1);
    expect(await store.findParts(theirs.id)).toBeUndefined();
    expect(await store.findRevision(theirs.id)).toBeUndefined();
    expect([...(await store.listRevisions([ours.id, theirs.id])).keys()]).toEqual([ours.id]);
    expect(await store.list(theirs.organizationId)).toEqual([]);
    expect(await store.findByApp(theirs.organizationId, "test/app")).toBeUndefined();
    expect(await store.findSealedSecret(theirs.id, "TOKEN")).toBeUndefined();
    expect(await store.listIdsInState("running")).toEqual([ours.id]);
    await expect(store.transaction((trx) => store.lock(trx, theirs.id))).rejects.toMatchObject({
      code: "INSTALLATION_NOT_FOUND",
    });
    await store.transaction((trx) => store.update(trx, theirs.id, { state: "failed" }));
    const taking = store.transaction((trx) =>
      store.update(trx, ours.id, { organization_id: theirs.organizationId }),
    );
    await expect(taking).rejects.toThrow(/row-level security/);
    expect((await installations.findParts(theirs.id))?.row).toMatchObject({
      state: "running",
      revision: 1,
    });
  });

  test("a run, log line or figure of another organization is not read, and its run not cancelled", async () => {
    const run = parseRunId(runs.get(theirs.id) ?? "");
    expect((await journal.find(run, theirs.organizationId))?.steps).toHaveLength(1);
    expect(await journal.find(run, ours.organizationId)).toBeUndefined();
    await expect(
      journal.requestCancel(run, { organizationId: ours.organizationId }),
    ).rejects.toThrow();
    expect((await journal.find(run))?.isCancelRequested).toBe(false);
    expect(await logs.latest(theirs.id, 10, theirs.organizationId)).toHaveLength(1);
    expect(await logs.latest(theirs.id, 10, ours.organizationId)).toEqual([]);
    const created = rig.database
      .of(ours.organizationId)
      .transaction()
      .execute((trx) =>
        journal.insert(trx, {
          ...{ kind: "install", organizationId: theirs.organizationId, subject: "x" },
          ...{ input: {}, steps: ["one"] },
        }),
      );
    await expect(created).rejects.toThrow(/row-level security/);
    const { rows } =
      await sql`select 1 from installation_usage where installation_id = ${theirs.id}`.execute(
        rig.database.of(ours.organizationId),
      );
    expect(rows).toEqual([]);
  });

  test("SQL in any text stays text", async () => {
    const store = installations.of(ours.organizationId);
    for (const text of injections) {
      expect(
        await state.get({ ...ownerOf(ours), id: text as typeof ours.id }, text),
      ).toBeUndefined();
      await state.put(ownerOf(ours), [{ key: text, value: text }]);
      expect((await state.get(ownerOf(ours), text))?.value).toBe(text);
      const page = await state.list(ownerOf(ours), { prefix: text, after: text, limit: 5 });
      expect(page.entries).toEqual([]);
      expect(await state.delete(ownerOf(ours), text)).toBe(true);
      expect(await store.findParts(text)).toBeUndefined();
      expect(await store.findByApp(text, text)).toBeUndefined();
      expect(await store.findSealedSecret(text, text)).toBeUndefined();
      await store.transaction((trx) =>
        store.update(trx, ours.id, {
          state_reason: text,
          config: JSON.stringify({ [text]: text }),
        }),
      );
      expect((await store.findParts(ours.id))?.row).toMatchObject({
        state_reason: text,
        config: { [text]: text },
      });
      expect(await journal.find(text, ours.organizationId)).toBeUndefined();
      expect(await logs.latest(text, 1, ours.organizationId)).toEqual([]);
      // As an organization's id, the one text that is not only a parameter's.
      expect(await installations.of(text).list(ours.organizationId)).toEqual([]);
    }
    expect(await installations.findRevision(theirs.id)).toBe(1);
  });
});
