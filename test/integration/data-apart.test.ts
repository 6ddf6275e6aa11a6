/** A whole Berth and its data: secrets that are never shown, a person erased by the API, a changed master key. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@berth/client";
import { rotateMasterKey } from "@berth/server";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { berthCommand } from "../support/berth-command.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { type StartedBerth, startBerth } from "../support/start-berth.ts";
import { appPrelude } from "../support/test-app.ts";

const canary = "canary-secret-5up3r5ecr3t-value";
const failure = (error: unknown) => error;
const keyTables = ["host_key", "organization_key", "person_key"];

const app = {
  manifest: {
    id: "keeper",
    server: {
      entry: "server.js",
      secrets: [{ name: "TOKEN", description: "Kept." }],
      config: {
        type: "object",
        properties: { size: { type: "integer" } },
        additionalProperties: false,
      },
    },
  },
  server: `${appPrelude}
    export default {
      async fetch(request, env, ctx) {
        const state = (method, args) => call(env, ctx, "state", method, args);
        if (new URL(request.url).pathname === "/keep") {
          await state("put", { key: "note", value: "kept note of the app" });
        }
        const token = await call(env, ctx, "secrets", "get", { name: "TOKEN" });
        const note = await state("get", { key: "note" });
        return Response.json({ length: token?.length ?? 0, note: note?.value ?? null });
      },
    };`,
};

/** Bytes as text, so that a secret among them is found. */
const asText = (_key: string, value: unknown) =>
  value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;

async function readEveryRow({ berth }: StartedBerth, except: readonly string[] = []) {
  const { kysely } = berth.database;
  const rows: string[] = [];
  for (const { name } of await kysely.introspection.getTables()) {
    if (except.includes(name)) continue;
    // Whatever table there is, by its name.
    const found = await kysely
      .selectFrom(name as "run")
      .selectAll()
      .execute();
    rows.push(...found.map((row) => `${name} ${JSON.stringify(row, asText)}`));
  }
  return rows;
}

async function findInFolder(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // Sockets' and locks' files come and go while it runs.
    const content = await readFile(path, "latin1").catch(() => "");
    if (content.includes(text)) found.push(path);
  }
  return found;
}

// One of them: what differs between the two is tried by the server's own tests.
describe.each(databasesUnderTest().slice(-1))("data on %s", (database) => {
  let started: StartedBerth;
  let installation: string;
  const logged: string[] = [];
  const answers: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => void logged.push(line) });

  beforeAll(async () => {
    started = await startBerth({ database, berth: { logger } });
    const published = await started.publisher.publish(app);
    installation = await started.install(published, { secrets: { TOKEN: canary } });
  }, 120_000);
  afterAll(() => started[Symbol.asyncDispose]());
  const params = () => ({ organization: "acme", installation });

  it("says how organizations are kept apart, and serves by it", async () => {
    const { separation } = started.berth.database;
    expect(separation.mode).toBe(database === "postgres" ? "logins" : "role");
    const idsOf = async (kysely: typeof started.berth.database.kysely) =>
      (await kysely.selectFrom("installation").select("id").execute()).map(({ id }) => id);
    const { kysely, of } = started.berth.database;
    expect(await idsOf(kysely)).toEqual([installation]);
    expect(await idsOf(of("org_none"))).toEqual([]);
    const acme = await started.berth.identity.findOrganization("acme");
    expect(await idsOf(of(acme?.id ?? ""))).toEqual([installation]);
  });

  it("never shows a secret: not in an answer, an error, a log, a row or a file", async () => {
    const { admin } = started;
    const remember = async (work: Promise<unknown>) => {
      const answer = await work.catch(failure);
      answers.push(
        JSON.stringify(answer),
        String((answer as { message?: unknown } | undefined)?.message),
      );
    };
    const { fingerprint } = await admin.call("putSecret", {
      params: { ...params(), secret: "TOKEN" },
      body: { value: canary },
    });
    expect(fingerprint).toMatch(/^[0-9a-f]{8}$/);
    const keep = await started.callFunction(installation, "/keep");
    expect(keep.json()).toMatchObject({ length: canary.length });
    for (const name of [
      "getInstallation",
      "getConfig",
      "getUsage",
      "suspendInstallation",
      "resumeInstallation",
    ] as const) {
      await remember(admin.call(name, { params: params(), body: {} } as never));
    }
    await remember(admin.call("listLogs", { params: params(), query: { limit: 100 } }));
    await remember(admin.call("listInstallations", { params: { organization: "acme" } }));
    // Wrong where it was typed: the answer names what is wrong, and does not repeat it.
    await remember(
      admin.call("putSecret", {
        params: { ...params(), secret: "OTHER" },
        body: { value: canary },
      }),
    );
    await remember(
      admin.call("putSecret", {
        params: { ...params(), secret: "TOKEN" },
        body: { value: canary, more: canary } as never,
      }),
    );
    const { lastRunId } = await admin.call("getInstallation", { params: params() });
    await remember(
      admin.call("getRun", { params: { organization: "acme", run: lastRunId ?? "" } }),
    );

    expect(answers.length).toBeGreaterThan(15);
    const rows = await readEveryRow(started);
    expect(rows.some((row) => row.startsWith("installation_secret "))).toBe(true);
    for (const text of [
      canary,
      Buffer.from(canary).toString("base64").slice(0, 30),
      "kept note of the app",
    ]) {
      expect(rows.filter((row) => row.includes(text))).toEqual([]);
      expect(logged.filter((line) => line.includes(text))).toEqual([]);
    }
    expect(answers.filter((text) => text.includes(canary))).toEqual([]);
    expect(await findInFolder(started.folder, canary)).toEqual([]);
  });

  it("without the tables of keys, the master key opens nothing in a dump", async () => {
    const master = (await readFile(join(started.folder, "master.key"), "utf8")).trim();
    const dump = await readEveryRow(started, keyTables);
    // All that could open an installation's key is in what was left out.
    const wrapped = dump.flatMap((row) => /"data_key":"o1\.[^".]+\.([^"]+)"/.exec(row)?.[1] ?? []);
    expect(wrapped.length).toBeGreaterThan(0);
    const keys = (await readEveryRow(started)).filter((row) =>
      keyTables.includes(row.split(" ")[0] ?? ""),
    );
    expect(keys.length).toBeGreaterThan(1);
    for (const key of keys) {
      const sealed = /"wrapped":"m1\.[^.]+\.([^"]+)"/.exec(key)?.[1];
      if (sealed !== undefined) expect(dump.join("\n")).not.toContain(sealed);
    }
    const { createDecipheriv, hkdfSync } = await import("node:crypto");
    for (const purpose of ["wrap", "master-wrap", "seal", "purpose/wrap"]) {
      const key = Buffer.from(
        hkdfSync("sha256", Buffer.from(master, "hex"), "", `berth/${purpose}`, 32),
      );
      for (const text of wrapped) {
        const bytes = Buffer.from(text, "base64");
        const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(1, 13));
        decipher.setAuthTag(bytes.subarray(13, 29));
        decipher.update(bytes.subarray(29));
        expect(() => decipher.final()).toThrow();
      }
    }
  });

  it("erases a person by the API, for the operator and for an organization, who must mean it", async () => {
    const { identity } = started.berth;
    const operator = await identity.createPerson({
      name: "Op",
      email: "op@host.example",
      operatorRole: "admin",
    });
    const { secret: apiKey } = await identity.createApiKey({ personId: operator.id, name: "test" });
    const baseUrl = `http://127.0.0.1:${started.berth.port}`;
    const client = createClient({ baseUrl, apiKey });
    const person = await identity.createPerson({ name: "Leaving", email: "leaving@acme.example" });
    const acme = await identity.findOrganization("acme");
    await identity.addMember({
      organizationId: acme?.id ?? "",
      personId: person.id,
      role: "admin",
    });
    const theirs = createClient({
      baseUrl,
      apiKey: (await identity.createApiKey({ personId: person.id, name: "t" })).secret,
    });
    const body = { person: person.email, confirm: person.email };

    expect(
      await client.call("erasePerson", { body: { ...body, confirm: "x" } }).catch(failure),
    ).toMatchObject({ code: "REQUEST_INVALID" });
    expect(await theirs.call("erasePerson", { body }).catch(failure)).toMatchObject({
      code: "AUTH_FORBIDDEN",
    });
    const others = await started.addOrganization("others");
    const foreign = { params: { organization: "acme" }, body };
    expect(await others.call("eraseMember", foreign).catch(failure)).toMatchObject({
      code: "ORGANIZATION_NOT_FOUND",
    });
    const stranger = { params: { organization: "others" }, body };
    expect(await others.call("eraseMember", stranger).catch(failure)).toMatchObject({
      code: "PERSON_NOT_FOUND",
    });

    const erased = await started.admin.call("eraseMember", foreign);
    expect(erased.installations).toMatchObject([{ id: installation, app: "test/keeper" }]);
    expect(await identity.listMemberships(person.id)).toEqual([]);
    const place = {
      cwd: started.folder,
      configFolder: started.folder,
      env: { BERTH_URL: baseUrl, BERTH_API_KEY: apiKey },
    };
    const command = await berthCommand(["people", "erase", person.email, "--yes", "--json"], place);
    expect(command.json()).toEqual({ opaqueId: erased.opaqueId, installations: [] });
    expect(await theirs.call("getSession").catch(failure)).toMatchObject({ code: "AUTH_REQUIRED" });
    await started.berth.trail.flush();
    const rows = await readEveryRow(started);
    const isLog = (row: string) => row.startsWith("trail_entry ");
    for (const text of [person.id, person.email]) {
      // The log keeps an id of chance, which leads nowhere, and no address.
      const others = text === person.id ? rows.filter((row) => !isLog(row)) : rows;
      expect(others.filter((row) => row.includes(text))).toEqual([]);
      expect(logged.filter((line) => line.includes(text))).toEqual([]);
      if (text !== person.id) expect(await findInFolder(started.folder, text)).toEqual([]);
    }
    expect(rows.filter((row) => row.includes(erased.opaqueId) && isLog(row))).toHaveLength(2);
  });

  it("serves on with a changed master key, and is not opened by the one before", async () => {
    const { folder, databaseUrl } = started;
    const path = join(folder, "master.key");
    const before = (await readFile(path, "utf8")).trim();
    const rotation = { folder, logger, ...(databaseUrl === undefined ? {} : { databaseUrl }) };
    await expect(rotateMasterKey(rotation)).rejects.toMatchObject({ code: "DATA_FOLDER_LOCKED" });
    await started.berth.close();
    const { rewrapped } = await rotateMasterKey(rotation);
    expect(rewrapped).toBeGreaterThan(1);
    const after = (await readFile(path, "utf8")).trim();
    expect(after).not.toBe(before);
    await expect(started.restart({ masterKey: before })).rejects.toMatchObject({
      code: "MASTER_KEY_WRONG",
    });
    await started.restart({ masterKey: after });
    const kept = await started.callFunction(installation, "/");
    expect(kept.json()).toEqual({ length: canary.length, note: "kept note of the app" });
  });
});
