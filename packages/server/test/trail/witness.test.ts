/**
 * One Berth's audit log, witnessed by another over HTTP, and what the log's owner or somebody between them may try.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  generateSigningKey,
  parseCheckpoint,
  parseVerifierKey,
  proveConsistency,
  signCheckpoint,
  type VerifyReport,
  verifyExport,
} from "@berth/audit";
import { getRequestListener } from "@hono/node-server";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openS3Endpoint, testCredentials } from "../../../../test/support/s3-endpoint.ts";
import { createFetchFor } from "../../src/gateway/egress/platform-fetch.ts";
import { bySystem } from "../../src/http/actor.ts";
import { openKeyRing } from "../../src/storage/keys.ts";
import { storageMigrations } from "../../src/storage/migrations.ts";
import { exportLog } from "../../src/trail/export-log.ts";
import { trailMigrations } from "../../src/trail/migrations.ts";
import { type AuditOptions, type OpenedTrail, openTrail } from "../../src/trail/open-trail.ts";
import { readWitnessBody } from "../../src/trail/witness/read-body.ts";
import { consoleOrigin, createTestApi } from "../support/api.ts";
import { databasesUnderTest, openTestDatabase, type TestDatabase } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";

const origin = "log.example/audit";
const prefix = "/api/v1/audit/witness";

// Comparing and setting is the database's: it is tried on the one with connections, when both are there.
for (const kind of databasesUnderTest().slice(-1)) {
  describe(`an audit log that another Berth witnesses, on ${kind}`, () => {
    let witness: TestServices;
    let server: Server;
    let url: string;
    let operatorKey: string;
    let database: TestDatabase;
    let trail: OpenedTrail;
    let processes = 0;

    const listen = (port: number) =>
      new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
    const hangUp = async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    };

    beforeAll(async () => {
      witness = await openTestServices(kind);
      const api = createTestApi(witness);
      const listener = getRequestListener((request) => api.fetch(request, { address: "10.0.0.1" }));
      server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
      await listen(0);
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
      const { id } = await witness.identity.createPerson({
        ...{ name: "Olga", email: "olga@example.com", operatorRole: "admin" },
      });
      const key = await witness.identity.createApiKey({ personId: id, name: "test" });
      operatorKey = key.secret;
      database = await openTestDatabase(kind, [...trailMigrations, ...storageMigrations]);
      trail = await openLog();
      expect((await addKey((await trail.logKeys.vkeys())[0]?.text ?? "")).status).toBe(201);
    });
    afterAll(async () => {
      await trail?.close();
      await database?.[Symbol.asyncDispose]();
      await hangUp();
      await witness?.[Symbol.asyncDispose]();
    });

    async function openLog(audit: AuditOptions = {}): Promise<OpenedTrail> {
      const { ground } = witness;
      const keys = await openKeyRing({ folder: database.folder, ...ground });
      processes += 1;
      return openTrail({
        ...{ database, keys, ground, fetchFor: createFetchFor() },
        spoolFolder: join(database.folder, `spool-${processes}`),
        audit: { origin, witnesses: [{ url, vkey: witness.trail.witness.vkey }], ...audit },
      });
    }
    /** What lies in the database goes on in a process of its own. */
    async function restart(): Promise<void> {
      await trail.close();
      trail = await openLog();
    }

    const call = (path: string, init: RequestInit) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${operatorKey}`, "content-type": "application/json" },
      });
    const addKey = (vkey: string) =>
      call("/keys", { method: "POST", body: JSON.stringify({ vkey }) });
    interface Log {
      readonly origin: string;
      readonly keys: readonly { readonly id: string }[];
      readonly last: { readonly size: number; readonly note: string } | null;
      readonly refused: readonly { readonly kind: string; readonly size: number }[];
    }
    const witnessed = async (name = origin) => {
      const answer = (await (await call("", {})).json()) as { readonly logs: readonly Log[] };
      return answer.logs.find((log) => log.origin === name);
    };
    const ask = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
      fetch(`${url}/add-checkpoint`, { method: "POST", body, headers });

    const record = (action: string) =>
      database.kysely.transaction().execute((trx) =>
        trail.record(trx, {
          ...{ ...bySystem, action, organizationId: null, target: { kind: "host", id: "test" } },
        }),
      );
    async function grow(entries: number) {
      for (let at = 0; at < entries; at += 1) await record(`test.entry-${at}`);
      const checkpoint = await trail.checkpoints.take();
      if (checkpoint === undefined) throw new Error("The log is empty.");
      return checkpoint;
    }
    const stateOf = () => trail.anchoring.states()[0];
    const acts = async (of: Pick<TestServices, "trail" | "database">, action: string) => {
      await of.trail.flush();
      const { rows } = await sql<{ body: string }>`
        select body from trail_entry where action = ${action}`.execute(of.database.kysely);
      return rows.map(({ body }) => JSON.parse(body) as { readonly details: object });
    };

    async function verify(more: { readonly note?: string } = {}): Promise<VerifyReport> {
      const checkpoint = await trail.checkpoints.take();
      const lines = exportLog({
        ...{ database, logKeys: trail.logKeys, organizationId: null },
        size: checkpoint?.size ?? 0,
      });
      async function* bytes() {
        for await (const text of lines) yield Buffer.from(text);
      }
      return verifyExport(bytes(), {
        nowMs: witness.clock.now(),
        witnessKeys: [parseVerifierKey(witness.trail.witness.vkey)],
        ...(more.note === undefined ? {} : { anchors: [{ place: "witness", note: more.note }] }),
      });
    }

    /** The log's tables as they were: a backup, in the hands of whoever may write the database. */
    async function backUp() {
      const head = await database.kysely.selectFrom("trail_head").selectAll().executeTakeFirst();
      return async () => {
        const { frontier = "", size = 0 } = head ?? {};
        for (const statement of [
          sql`delete from trail_entry where index >= ${size}`,
          sql`delete from trail_node where (index + 1) * (1 << level) > ${size}`,
          sql`delete from trail_checkpoint where size > ${size}`,
          sql`update trail_head set size = ${size}, frontier = ${frontier}`,
        ]) {
          await statement.execute(database.kysely);
        }
      };
    }

    it("has each checkpoint cosigned, in the log and in its export", async () => {
      for (const entries of [3, 1, 7]) await grow(entries);
      const report = await verify();
      expect(report).toMatchObject({ isIntact: true, witnesses: [{ lastSize: report.size }] });
      expect(report.witnesses[0]?.checkpoints).toBe(3);
      expect(stateOf()).toMatchObject({ state: "kept", keptSize: report.size, problem: null });
      const last = (await witnessed())?.last;
      expect(last?.size).toBe(report.size);
      expect(await verify({ note: last?.note ?? "" })).toMatchObject({
        ...{ isIntact: true, trust: "anchored", anchors: { matched: 1 } },
      });
    });

    it("goes on while the witness is down, says so, and catches up with one checkpoint", async () => {
      const { port } = server.address() as AddressInfo;
      await hangUp();
      const first = await grow(2);
      const second = await grow(2);
      expect(second.size).toBe(first.size + 2);
      expect(stateOf()).toMatchObject({
        state: "behind",
        keptSize: first.size - 2,
        problem: expect.stringContaining("cannot be asked"),
      });
      expect((await verify()).findings).toMatchObject([
        { code: "WITNESS_BEHIND", between: { fromSize: first.size - 2, toSize: second.size } },
        { code: "KEY_NOT_PINNED" },
      ]);
      await listen(port);
      await trail.checkpoints.take();
      // It is not waited for while it is behind; at the end it is.
      await restart();
      await trail.checkpoints.take();
      expect((await witnessed())?.last?.size).toBe(second.size);
      expect(await verify()).toMatchObject({ isIntact: true });
    });

    it("answers strangers, unknown logs, replays and what is too long as the protocol says", async () => {
      const { size } = await grow(1);
      const note = (await trail.store.findCheckpoint())?.note ?? "";
      const proof = await proveConsistency(trail.store, { fromSize: size - 1, toSize: size });
      const hashes = proof.map((hash) => `${Buffer.from(hash).toString("base64")}\n`).join("");
      const replayed = await ask(`old ${size - 1}\n${hashes}\n${note}`);
      expect([replayed.status, replayed.headers.get("content-type")]).toEqual([
        409,
        "text/x.tlog.size",
      ]);
      expect(await replayed.text()).toBe(`${size}\n`);
      const stranger = generateSigningKey(origin).signer;
      const forge = (name: string) => {
        const head = { origin: name, size: size + 5, root: Buffer.alloc(32, 7) };
        return signCheckpoint({ ...head, signers: [stranger], nowMs: Date.now() });
      };
      expect((await ask(`old ${size}\n\n${await forge(origin)}`)).status).toBe(403);
      expect((await ask(`old ${size}\n\n${await forge("another.example")}`)).status).toBe(404);
      expect((await ask("nonsense")).status).toBe(400);
      expect((await ask(Buffer.of(0xff, 0xfe))).status).toBe(400);
      expect((await ask("x".repeat(80_000))).status).toBe(413);
      const page = await ask(`old ${size}\n\n${note}`, { origin: "https://elsewhere.example" });
      expect(page.status).toBe(403);
      expect((await ask(`old ${size}\n\n${note}`, { origin: consoleOrigin })).status).toBe(200);
      expect((await witnessed())?.last?.size).toBe(size);
    });

    it("gives up on a body that never ends, however slowly it comes", async () => {
      let isCancelled = false;
      const drip = new ReadableStream({
        start: (controller) => controller.enqueue(Buffer.from("old 0\n")),
        cancel() {
          isCancelled = true;
        },
      });
      const endless = new ReadableStream({
        pull: (controller) => controller.enqueue(Buffer.alloc(65_536, 97)),
      });
      const requestOf = (body: ReadableStream) =>
        new Request("http://localhost/", { method: "POST", body, duplex: "half" });
      await expect(readWitnessBody(requestOf(drip), { timeoutMs: 20 })).rejects.toMatchObject({
        code: "REQUEST_TIMEOUT",
      });
      expect(isCancelled).toBe(true);
      await expect(readWitnessBody(requestOf(endless))).rejects.toMatchObject({
        code: "REQUEST_TOO_LARGE",
      });
    });

    it("cosigns one of two trees of one size, however often both come at once", async () => {
      const name = `race.example/${kind}`;
      const { signer } = generateSigningKey(name);
      expect((await addKey(signer.key.text)).status).toBe(201);
      const notes = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          signCheckpoint({
            ...{ origin: name, size: 5, root: Buffer.alloc(32, at + 1) },
            ...{ signers: [signer], nowMs: Date.now() },
          }),
        ),
      );
      const answers = await Promise.all(notes.map((note) => ask(`old 0\n\n${note}`)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status === 409)).toHaveLength(7);
      const { root } = parseCheckpoint(notes[statuses.indexOf(200)] ?? "");
      const log = await witnessed(name);
      expect(parseCheckpoint(log?.last?.note ?? "").root).toEqual(root);
      // Again, now that there is one: what the log's key signed beside it is kept as evidence.
      for (const note of notes) await ask(`old 5\n\n${note}`);
      for (const note of notes) await ask(`old 0\n\n${note}`);
      const refused = (await witnessed(name))?.refused ?? [];
      expect(refused.map(({ kind: what }) => what)).toEqual(Array(7).fill("another-root"));
      const found = await acts(witness, "audit.witness.contradiction");
      expect(found).toHaveLength(7);
      expect(found[0]).toMatchObject({ target: { id: name }, details: { size: 5 } });
    });

    it("does not forget a log when its key goes, so that it cannot come back shorter", async () => {
      const name = `gone.example/${kind}`;
      const { signer } = generateSigningKey(name);
      await addKey(signer.key.text);
      const sign = (size: number) =>
        signCheckpoint({
          ...{ origin: name, size, root: Buffer.alloc(32, size), nowMs: Date.now() },
          signers: [signer],
        });
      const large = await sign(9);
      expect((await ask(`old 0\n\n${large}`)).status).toBe(200);
      const id = (await witnessed(name))?.keys[0]?.id ?? "";
      expect((await call(`/keys/${id}`, { method: "DELETE" })).status).toBe(204);
      expect((await call(`/keys/${id}`, { method: "DELETE" })).status).toBe(400);
      expect((await ask(`old 9\n\n${large}`)).status).toBe(404);
      expect((await addKey(signer.key.text)).status).toBe(201);
      expect((await addKey(signer.key.text)).status).toBe(400);
      const shorter = await ask(`old 0\n\n${await sign(4)}`);
      expect([shorter.status, await shorter.text()]).toEqual([409, "9\n"]);
      expect(await acts(witness, "audit.witness.key.delete")).toHaveLength(1);
    });

    it("brings a bucket no more than one checkpoint in half a minute, but for the last", async () => {
      await using endpoint = await openS3Endpoint();
      endpoint.addBucket("locked");
      await trail.close();
      trail = await openLog({
        s3: { url: `${endpoint.url}/locked`, credentials: testCredentials },
      });
      const { size } = await grow(1);
      await grow(1);
      const sizes = () => endpoint.versions.map(({ key }) => Number(/(\d{16})/.exec(key)?.[1]));
      expect(sizes()).toEqual([size]);
      witness.clock.advance(30_000);
      await grow(1);
      await record("test.last");
      await restart();
      expect(sizes()).toEqual([size, size + 2, size + 3]);
    });

    it("does not take a witness at its word that it has more already", async () => {
      let known = 0;
      const liar = createServer(async (_request, response) => {
        await record("test.meanwhile");
        await trail.flush();
        known = (await trail.store.head()).size;
        response.writeHead(409, { "content-type": "text/x.tlog.size" }).end(`${known}\n`);
      });
      await new Promise<void>((done) => liar.listen(0, "127.0.0.1", done));
      const { vkey } = witness.trail.witness;
      const address = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`;
      await trail.close();
      trail = await openLog({ witnesses: [{ url: address, vkey }] });
      await grow(1);
      expect(known).toBeGreaterThan(0);
      expect(stateOf()).toMatchObject({ state: "waiting", keptSize: null });
      witness.clock.advance(600_000);
      await grow(1);
      expect(stateOf()).toMatchObject({
        ...{ state: "behind", keptSize: null, problem: expect.stringContaining("has cosigned") },
      });
      await restart();
      liar.closeAllConnections();
      await new Promise((done) => liar.close(done));
    });

    it("finds a restored backup, before and after it outgrew what was seen, and puts it on record", async () => {
      await grow(1);
      const restore = await backUp();
      const seen = await grow(4);
      await trail.close();
      await restore();
      trail = await openLog();
      const shorter = await grow(2);
      expect(shorter.size).toBeLessThan(seen.size);
      expect(stateOf()).toMatchObject({
        state: "conflict",
        problem: expect.stringContaining(`cosigned ${seen.size} entries`),
      });
      const longer = await grow(5);
      expect(longer.size).toBeGreaterThan(seen.size);
      expect(stateOf()).toMatchObject({ state: "conflict" });
      expect(await acts({ trail, database } as TestServices, "audit.anchor-conflict")).toHaveLength(
        1,
      );
      const log = await witnessed();
      expect(log?.last?.size).toBe(seen.size);
      expect(log?.refused).toMatchObject([{ kind: "unproven", size: longer.size }]);
      const report = await verify({ note: log?.last?.note ?? "" });
      expect(report.isIntact).toBe(false);
      expect(report.findings).toMatchObject([
        { code: "ANCHOR_MISMATCH", between: { toSize: seen.size } },
        { code: "WITNESS_BEHIND" },
        { code: "KEY_NOT_PINNED" },
      ]);
    });

    it("does not start with a bucket that has no object lock, or an address that is none", async () => {
      await using endpoint = await openS3Endpoint();
      endpoint.addBucket("plain", "none");
      const s3 = { url: `${endpoint.url}/plain`, credentials: testCredentials };
      await expect(openLog({ s3 })).rejects.toMatchObject({
        ...{ code: "OPTION_INVALID", message: expect.stringContaining("has no object lock") },
      });
      const { vkey } = witness.trail.witness;
      for (const address of ["berth.example", "https://me:hidden@berth.example/"]) {
        const opened = openLog({ witnesses: [{ url: address, vkey }] });
        await expect(opened).rejects.toMatchObject({ code: "OPTION_INVALID" });
        await expect(opened).rejects.not.toThrow("hidden");
      }
    });

    it("refuses a log that was rewritten under a new key, which then has no cosignature", async () => {
      await trail.close();
      await sql`delete from trail_entry`.execute(database.kysely);
      await sql`delete from trail_node`.execute(database.kysely);
      await sql`delete from trail_checkpoint`.execute(database.kysely);
      await sql`delete from trail_key`.execute(database.kysely);
      await sql`update trail_head set size = 0, frontier = ''`.execute(database.kysely);
      trail = await openLog();
      await grow(40);
      expect(stateOf()).toMatchObject({
        state: "behind",
        problem: expect.stringContaining("answered 403"),
      });
      const report = await verify({ note: (await witnessed())?.last?.note ?? "" });
      expect(report.findings).toMatchObject([
        { code: "ANCHOR_MISMATCH", message: expect.stringContaining("no key of this export") },
        { code: "WITNESS_ABSENT" },
        { code: "KEY_NOT_PINNED" },
      ]);
    });
  });
}
