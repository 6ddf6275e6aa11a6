import { readFrontier, type VerifyReport, verifyExport } from "@berth/audit";
import { isBerthError } from "@berth/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openKeyRing } from "../../src/storage/keys.ts";
import { createPersonKeys } from "../../src/storage/person-keys.ts";
import { exportLog } from "../../src/trail/export-log.ts";
import { openTrail } from "../../src/trail/open-trail.ts";
import { sequenceGroup } from "../../src/trail/sequence-group.ts";
import { createSpoolReader } from "../../src/trail/spool/read-spool.ts";
import { createSpoolWriter } from "../../src/trail/spool/write-spool.ts";
import type { Act } from "../../src/trail/trail.ts";
import { databasesUnderTest, silentLogger } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";
import { decisionOf } from "./decision.ts";

const actOf = (action: string, more: Partial<Act> = {}): Act => ({
  action,
  organizationId: null,
  actor: { kind: "system", id: "berth" },
  target: { kind: "host", id: "test" },
  ...more,
});

for (const kind of databasesUnderTest()) {
  describe(`the audit log on ${kind}`, () => {
    let services: TestServices;
    beforeAll(async () => {
      services = await openTestServices(kind);
    });
    afterAll(() => services[Symbol.asyncDispose]());

    const transact = <T>(work: Parameters<ReturnType<typeof begin>["execute"]>[0]) =>
      begin().execute(work) as Promise<T>;
    const begin = () => services.database.kysely.transaction();
    const record = (act: Act) => transact((trx) => services.trail.record(trx, act));
    const bodies = async () => {
      await services.trail.flush();
      const rows = await services.database.kysely
        .selectFrom("trail_entry")
        .select(["index", "body"])
        .orderBy("index")
        .execute();
      expect(rows.map(({ index }) => index)).toEqual(rows.map((_, at) => at));
      return rows.map(({ body }) => body);
    };
    const countOf = async (text: string) =>
      (await bodies()).filter((body) => body?.includes(text)).length;

    async function verify(): Promise<VerifyReport> {
      const { database, trail } = services;
      const checkpoint = await trail.checkpoints.take();
      const lines = exportLog({
        ...{ database, logKeys: trail.logKeys, organizationId: null },
        size: checkpoint?.size ?? 0,
      });
      async function* bytes() {
        for await (const text of lines) yield Buffer.from(text);
      }
      return verifyExport(bytes(), { nowMs: services.clock.now() });
    }

    it("begins with the key that signs it", async () => {
      const [first] = await bodies();
      const [vkey] = await services.trail.logKeys.vkeys();
      expect(JSON.parse(first ?? "")).toMatchObject({
        action: "log.key.add",
        details: { vkey: vkey?.text },
      });
    });

    it("has acts in the order of their commit, once each, and decisions beside them", async () => {
      await record(actOf("test.first"));
      services.trail.decisions.note(decisionOf("a/\0b\ud800"));
      await record(actOf("test.second"));
      const all = await bodies();
      const at = (text: string) => all.findIndex((body) => body?.includes(text));
      expect(at("test.first")).toBeGreaterThan(0);
      expect(at("test.second")).toBeGreaterThan(at("test.first"));
      expect(await countOf('"access.decide"')).toBe(1);
      expect(await countOf("test.first")).toBe(1);
    });

    it("leaves no trace of an act that was rolled back, and none of an act without its record", async () => {
      const { identity, database } = services;
      await expect(
        transact(async (trx) => {
          await services.trail.record(trx, actOf("test.undone"));
          throw new Error("undone");
        }),
      ).rejects.toThrow("undone");
      expect(await countOf("test.undone")).toBe(0);
      await sql`alter table trail_act add constraint nothing check (false) not valid`.execute(
        database.kysely,
      );
      try {
        const email = "unrecorded@example.com";
        await expect(identity.createPerson({ name: "N", email })).rejects.toThrow(/nothing/);
        expect(await identity.findPerson(email)).toBeUndefined();
      } finally {
        await sql`alter table trail_act drop constraint nothing`.execute(database.kysely);
      }
    });

    it("takes a spool's records once, though their group is read again", async () => {
      const { database, folder } = services;
      const own = `${folder}/again`;
      const id = "0000000001-00000000000000aa";
      const writer = createSpoolWriter({ id, folder: own });
      const [entry = ""] = (await bodies()).slice(-1);
      for (const mark of ["one", "two"]) writer.append((entry ?? "").replace("test", mark));
      writer.close();
      const open = () =>
        createSpoolReader({ folder: own, activePath: () => undefined, logger: silentLogger });
      const before = (await bodies()).length;
      // It died after the commit, before the spool was told.
      expect(await sequenceGroup(database, await open().next(1))).toMatchObject({
        count: 1,
      });
      expect(await sequenceGroup(database, await open().next(10))).toMatchObject({
        count: 1,
      });
      expect(await sequenceGroup(database, await open().next(10))).toMatchObject({
        count: 0,
      });
      expect(await bodies()).toHaveLength(before + 2);
    });

    it("has one order however many nodes write it", async () => {
      const { database, ground, folder } = services;
      const keys = await openKeyRing({ folder: database.folder, ...ground });
      await using other = await openTrail({
        ...{ database, keys, ground },
        spoolFolder: `${folder}/other-node`,
      });
      const nodes = [services.trail, other];
      const before = (await bodies()).length;
      await Promise.all(
        nodes.map(async (node, at) => {
          for (let round = 0; round < 5; round += 1) {
            node.decisions.note(decisionOf(`node-${at}-${round}`));
            await transact((trx) => node.record(trx, actOf(`test.node-${at}.r${round}`)));
            await node.flush();
          }
        }),
      );
      expect(await bodies()).toHaveLength(before + 20);
      expect(await verify()).toMatchObject({ isIntact: true, size: before + 20 });
    });

    it("keeps what is personal under its person's key; without it the log still verifies", async () => {
      const { identity, trail } = services;
      const email = "grace@example.com";
      const person = await identity.createPerson({ name: "Grace Hopper", email });
      await record(
        actOf("test.personal", {
          actor: { kind: "person", id: person.id, address: "203.0.113.7" },
          personal: { personId: null, fields: { email: "stranger@example.com" } },
        }),
      );
      const all = (await bodies()).join("\n");
      for (const text of ["Grace", email, "203.0.113.7", "stranger@"]) {
        expect(all).not.toContain(text);
      }
      const entry = JSON.parse((await bodies()).at(-1) ?? "");
      const [own] = entry.details.personal;
      expect(own.keyId).toBe(person.id);
      expect(await trail.persons.open(person.id, own.ciphertext)).toBe('{"address":"203.0.113.7"}');
      const keys = await openKeyRing({ folder: services.database.folder, ...services.ground });
      const personKeys = createPersonKeys({ keys, random: services.ground.random });
      await transact((trx) => personKeys.destroy(trx, person.id));
      expect(await trail.persons.open(person.id, own.ciphertext)).toBeUndefined();
      expect(await trail.persons.open(entry.personal.keyId, entry.personal.ciphertext)).toContain(
        "stranger@",
      );
      expect(await verify()).toMatchObject({ isIntact: true });
    });

    it("changes its key by entries of its own, and verifies under the first one", async () => {
      const { trail, clock } = services;
      const first = (await trail.logKeys.vkeys()).at(-1)?.text;
      clock.advance(1_000);
      await trail.checkpoints.take();
      const second = await trail.logKeys.rotate({ actor: { kind: "system", id: "berth" } });
      expect(await trail.logKeys.vkeys()).toHaveLength(2);
      clock.advance(1_000);
      const { keys, ...report } = await verify();
      expect(report).toMatchObject({ isIntact: true, lastTrustedSize: report.size });
      expect(keys.map(({ vkey }) => vkey)).toEqual([first, second]);
      await record(actOf("test.after-rotation"));
      clock.advance(1_000);
      const after = await verify();
      expect(after).toMatchObject({ isIntact: true, lastTrustedSize: after.size });
    });

    it("drops old bodies but those that name its keys, and verifies", async () => {
      const { trail, clock } = services;
      await trail.retention.set(30, { actor: { kind: "system", id: "berth" } });
      clock.advance(31 * 86_400_000);
      await record(actOf("test.new"));
      await trail.flush();
      expect(await trail.retention.apply()).toBeGreaterThan(5);
      const left = (await bodies()).filter((body) => body !== null).map((body) => JSON.parse(body));
      expect(left.map(({ action }) => action)).toEqual([
        ...["log.key.add", "log.key.add", "log.key.retire", "test.new"],
      ]);
      const report = await verify();
      expect(report).toMatchObject({ isIntact: true, droppedBodies: report.size - 4 });
      expect(await trail.retention.apply()).toBe(0);
    });

    it("does not sign a database that was changed behind its checkpoint", async () => {
      const { trail, database } = services;
      await trail.checkpoints.take();
      await record(actOf("test.unsigned"));
      await trail.flush();
      await sql`update trail_head set frontier = reverse(frontier)`.execute(database.kysely);
      const error: unknown = await trail.checkpoints.take().catch((thrown: unknown) => thrown);
      expect(isBerthError(error, "AUDIT_TREE_CORRUPT")).toBe(true);
      await sql`update trail_head set frontier = reverse(frontier)`.execute(database.kysely);
      expect(await verify()).toMatchObject({ isIntact: true });
    });

    it("does not sign a database that was set back to before its own checkpoint", async () => {
      const { trail, database } = services;
      const { kysely } = database;
      const { size } = (await trail.checkpoints.take()) ?? { size: 0 };
      const { frontier } = await kysely
        .selectFrom("trail_head")
        .select("frontier")
        .executeTakeFirstOrThrow();
      const { hashes } = await readFrontier(trail.store, size - 1);
      const earlier = hashes.map((hash) => Buffer.from(hash).toString("hex")).join(" ");
      const setTo = (to: number, text: string) =>
        sql`update trail_head set size = ${to}, frontier = ${text}`.execute(kysely);
      const { rows } = await sql<{ note: string; at: Date }>`
        delete from trail_checkpoint where size = ${size} returning note, at`.execute(kysely);
      await setTo(size - 1, earlier);
      const setBack: unknown = await trail.checkpoints.take().catch((thrown: unknown) => thrown);
      expect(isBerthError(setBack, "AUDIT_TREE_CORRUPT")).toBe(true);
      await setTo(size, frontier);
      const [{ note, at } = { note: "", at: new Date() }] = rows;
      await trail.store.addCheckpoint({ size, note, at });
      expect(await verify()).toMatchObject({ isIntact: true });
    });

    it("bounds what an act may say, and keeps the digest of what is longer", async () => {
      const long = Array.from({ length: 3_000 }, (_, at) => `resource-${at}-\ud800`);
      await record(actOf("test.long", { details: { long, short: "s".repeat(9_000) } }));
      const entry = JSON.parse((await bodies()).at(-1) ?? "");
      expect(entry.details.long).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(entry.details.short).toHaveLength(2_001);
    });

    // The embedded database has one connection, so its transactions have no other order.
    if (kind === "pglite") return;
    it("waits with later acts for a transaction that began earlier", async () => {
      const began = Promise.withResolvers<void>();
      const may = Promise.withResolvers<void>();
      const earlier = transact(async (trx) => {
        await services.trail.record(trx, actOf("test.earlier"));
        began.resolve();
        await may.promise;
      });
      await began.promise;
      await record(actOf("test.later"));
      expect(await countOf("test.later")).toBe(0);
      may.resolve();
      await earlier;
      const all = (await bodies()).slice(-2).map((body) => JSON.parse(body ?? "").action);
      expect(all).toEqual(["test.earlier", "test.later"]);
    });
  });
}
