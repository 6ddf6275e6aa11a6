import { parseCheckpoint, verifyConsistency, verifyExport, verifyInclusion } from "@berth/audit";
import { generateKeyPair } from "@berth/bundle";
import type { AuditEntryView, AuditProofView } from "@berth/protocol/api";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bySystem } from "../../src/http/actor.ts";
import type { Api } from "../../src/http/create-api.ts";
import { consoleOrigin, createTestApi } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";

const password = "correct horse battery";
const from = { address: "203.0.113.9" };

async function* bytesOf(text: string) {
  yield Buffer.from(text);
}

// The log itself is tried on each database; what the API makes of it, on one.
for (const kind of databasesUnderTest().slice(-1)) {
  describe(`the audit log by the API on ${kind}`, () => {
    let services: TestServices;
    let api: Api;
    const keys: Record<"owner" | "member" | "stranger" | "operator", string> = {
      ...{ owner: "", member: "", stranger: "", operator: "" },
    };
    let acmeId = "";

    beforeAll(async () => {
      services = await openTestServices(kind);
      api = createTestApi(services);
      const { identity } = services;
      for (const name of ["owner", "member", "stranger", "operator"] as const) {
        const { id } = await identity.createPerson({
          name: `Person ${name}`,
          email: `${name}@example.com`,
          password,
          ...(name === "operator" ? { operatorRole: "admin" as const } : {}),
        });
        keys[name] = (await identity.createApiKey({ personId: id, name })).secret;
        if (name === "owner") {
          const acme = await identity.createOrganization({
            slug: "acme",
            name: "Acme",
            ownerId: id,
          });
          acmeId = acme.id;
        }
        if (name === "member") {
          await identity.addMember({ organizationId: acmeId, personId: id, role: "member" });
        }
        if (name === "stranger") {
          await identity.createOrganization({ slug: "other", name: "Other", ownerId: id });
        }
      }
    });
    afterAll(() => services[Symbol.asyncDispose]());

    const send = (path: string, init: RequestInit & { key?: string; cookie?: string } = {}) => {
      const { key, cookie, ...rest } = init;
      const headers = {
        origin: consoleOrigin,
        ...(rest.body === undefined ? {} : { "content-type": "application/json" }),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(cookie === undefined ? {} : { cookie }),
      };
      const request = new Request(`http://localhost:4600/api/v1${path}`, { ...rest, headers });
      return api.fetch(request, from);
    };
    const read = async <T>(path: string, key: string) => {
      const answer = await send(path, { key });
      expect(answer.status).toBe(200);
      return (await answer.json()) as T;
    };
    type Page = { readonly entries: readonly AuditEntryView[]; readonly next: number | null };
    const search = (query: string, key = keys.operator) =>
      read<Page>(`/audit/entries?${query}`, key);
    const actionsOf = async (query: string) =>
      (await search(query)).entries.map(({ action }) => action).reverse();
    const post = (path: string, body: unknown, more: { key?: string; cookie?: string } = {}) =>
      send(path, { method: "POST", body: JSON.stringify(body), ...more });
    const signIn = (email: string, tried = password) =>
      post("/auth/sign-in/email", { email, password: tried });
    const cookieOf = (answer: Response) =>
      answer.headers
        .getSetCookie()
        .map((cookie) => cookie.split(";")[0])
        .join("; ");

    it("has sign-in, failed or not, sign-out and a changed password, with the sealed address", async () => {
      expect((await signIn("member@example.com", "wrong password")).status).toBe(401);
      expect((await signIn("nobody@example.com")).status).toBe(401);
      const cookie = cookieOf(await signIn("member@example.com"));
      const change = { password: "another good password", current: password };
      const init = { method: "PUT", body: JSON.stringify(change), cookie };
      expect((await send("/session/password", init)).status).toBe(204);
      expect((await send("/session", { method: "DELETE", cookie })).status).toBe(204);
      expect((await send("/session", { cookie })).status).toBe(401);
      const { entries } = await search("action=session.*");
      const [end, open, unknown, refused] = entries;
      const member = await services.identity.findPerson("member@example.com");
      expect([end, open, unknown, refused].map((entry) => entry?.action)).toEqual([
        ...["session.end", "session.open", "session.refuse", "session.refuse"],
      ]);
      expect(open).toMatchObject({
        actor: { id: member?.id, name: "Person member", by: "session" },
        personal: [{ person: member?.id, fields: { address: from.address } }],
      });
      expect(refused?.target.id).toBe(member?.id);
      expect(unknown?.target.id).toBe("unknown");
      expect(unknown?.personal[0]?.fields).toEqual({
        address: from.address,
        email: "nobody@example.com",
      });
      expect(await actionsOf("action=password.set")).toEqual(["password.set"]);
    });

    it("has keys made, used once an hour, and removed", async () => {
      const { clock } = services;
      const cookie = cookieOf(await signIn("owner@example.com"));
      const made = await post("/api-keys", { name: "ci" }, { cookie });
      const { id, secret } = (await made.json()) as { id: string; secret: string };
      for (let use = 0; use < 3; use += 1) await send("/session", { key: secret });
      clock.advance(3_600_001);
      await send("/session", { key: secret });
      const removal = { method: "DELETE", key: secret };
      expect((await send(`/api-keys/${id}`, removal)).status).toBe(204);
      expect(await actionsOf(`target=${id}`)).toEqual([
        ...["api-key.create", "api-key.use", "api-key.use", "api-key.delete"],
      ]);
    });

    it("has publishers and their keys, and keys of products", async () => {
      const { owner, operator } = keys;
      await post("/publishers", { name: "studio", displayName: "Studio" }, { key: owner });
      const { publicKey } = generateKeyPair();
      const added = await post(
        "/publishers/studio/keys",
        { publicKey, label: "laptop" },
        { key: owner },
      );
      const { keyId } = (await added.json()) as { keyId: string };
      await send(`/publishers/studio/keys/${keyId}`, { method: "DELETE", key: owner });
      expect(await actionsOf(`target=${keyId}`)).toEqual([
        ...["publisher-key.add", "publisher-key.revoke"],
      ]);
      const jwk = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
      const embed = await post(
        "/embed/keys",
        { issuer: "https://product.example", publicKey: jwk },
        { key: operator },
      );
      const { id } = (await embed.json()) as { id: string };
      await send(`/embed/keys/${id}`, { method: "DELETE", key: operator });
      expect(await actionsOf(`target=${id}`)).toEqual(["embed-key.create", "embed-key.delete"]);
    });

    it("does nothing that cannot be recorded", async () => {
      const { kysely } = services.database;
      await services.trail.flush();
      const count = async () => {
        const { rows } = await sql<{ all: string }>`select concat_ws(' ',
          (select count(*) from session), (select count(*) from api_key),
          (select count(*) from publisher), (select count(*) from embed_key)) as all`.execute(
          kysely,
        );
        return rows[0]?.all;
      };
      const cookie = cookieOf(await signIn("owner@example.com"));
      const before = await count();
      await sql`alter table trail_act add constraint nothing check (false) not valid`.execute(
        kysely,
      );
      try {
        const refused = await Promise.all([
          signIn("owner@example.com"),
          post("/api-keys", { name: "ci" }, { cookie }),
          post("/publishers", { name: "other", displayName: "Other" }, { cookie }),
          send("/session", { method: "DELETE", cookie }),
        ]);
        expect(refused.map(({ status }) => status)).toEqual([500, 500, 500, 500]);
        expect(refused[0]?.headers.getSetCookie()).toEqual([]);
      } finally {
        await sql`alter table trail_act drop constraint nothing`.execute(kysely);
      }
      expect(await count()).toBe(before);
      expect((await send("/session", { cookie })).status).toBe(200);
    });

    it("shows an organization its own entries, by every filter, page by page", async () => {
      await services.trail.flush();
      const all = await read<Page>("/organizations/acme/audit", keys.owner);
      expect(all.entries.length).toBeGreaterThan(1);
      expect(new Set(all.entries.map(({ organization }) => organization))).toEqual(
        new Set(["acme"]),
      );
      const find = (query: string) =>
        read<Page>(`/organizations/acme/audit?${query}`, keys.owner).then(({ entries }) =>
          entries.map(({ action }) => action),
        );
      expect(await find("text=MEMB")).toEqual(["member.put"]);
      expect(await find("text=%25")).toEqual([]);
      expect(await find("action=member.put&actor=berth")).toEqual(["member.put"]);
      expect(await find("actor=berth' or 1=1 --")).toEqual([]);
      expect(await find(`to=${new Date(0).toISOString()}`)).toEqual([]);
      expect(await find(`from=${new Date(0).toISOString()}&limit=1`)).toHaveLength(1);
      const first = await read<Page>("/organizations/acme/audit?limit=1", keys.owner);
      const second = await read<Page>(
        `/organizations/acme/audit?limit=1&before=${first.next}`,
        keys.owner,
      );
      expect(second.entries[0]?.index).toBeLessThan(first.entries[0]?.index ?? 0);
    });

    it("refuses whoever may not read it", async () => {
      const statusOf = async (path: string, key: string) => (await send(path, { key })).status;
      expect(await statusOf("/organizations/acme/audit", keys.member)).toBe(403);
      expect(await statusOf("/organizations/acme/audit/export", keys.member)).toBe(403);
      expect(await statusOf("/organizations/acme/audit", keys.stranger)).toBe(404);
      expect(await statusOf("/audit/entries", keys.owner)).toBe(403);
      expect(await statusOf("/audit/export", keys.owner)).toBe(403);
      expect(await statusOf("/audit/settings", keys.owner)).toBe(403);
      const { entries } = await read<Page>("/organizations/other/audit", keys.stranger);
      const theirs = `/organizations/acme/audit/entries/${entries[0]?.index}`;
      expect(await (await send(theirs, { key: keys.owner })).json()).toMatchObject({
        code: "AUDIT_RANGE_INVALID",
      });
    });

    it("proves an entry, and that one checkpoint extends another", async () => {
      const base64 = (text: string) => Buffer.from(text, "base64");
      const { entries } = await read<Page>("/organizations/acme/audit?limit=1", keys.owner);
      const path = `/organizations/acme/audit/entries/${entries[0]?.index}`;
      const proven = await read<AuditProofView>(path, keys.owner);
      const before = parseCheckpoint(proven.checkpoint);
      const claim = {
        ...{ index: proven.entry.index, size: proven.size, root: before.root },
        ...{ leafHash: base64(proven.leafHash), proof: proven.proof.map(base64) },
      };
      expect(verifyInclusion(claim)).toBe(true);
      expect(verifyInclusion({ ...claim, index: claim.index - 1 })).toBe(false);
      await services.identity.createPerson({ name: "One more", email: "more@example.com" });
      await services.trail.checkpoints.take();
      type Log = { readonly checkpoint: { readonly note: string } };
      const after = parseCheckpoint((await read<Log>("/audit", keys.member)).checkpoint.note);
      const query = `from=${before.size}&to=${after.size}`;
      const { proof } = await read<{ proof: string[] }>(`/audit/consistency?${query}`, keys.member);
      expect(
        verifyConsistency({
          ...{ fromSize: before.size, fromRoot: before.root },
          ...{ toSize: after.size, toRoot: after.root, proof: proof.map(base64) },
        }),
      ).toBe(true);
      const beyond = await send("/audit/consistency?from=1&to=999999", { key: keys.member });
      expect(beyond.status).toBe(400);
    });

    it("exports what verifies, with others' entries as bare hashes, and tables without formulas", async () => {
      const name = "=cmd|' /C calc'!A0";
      await services.identity.createOrganization({
        ...{ slug: "formula", name },
        ownerId: (await services.identity.findPerson("operator@example.com"))?.id ?? "",
      });
      await services.registry.publishers.create({
        ...{ name: "formula", displayName: name, ownerId: "p" },
        origin: { ...bySystem, requestId: name },
      });
      const own = await send("/organizations/acme/audit/export", { key: keys.owner });
      expect(own.headers.get("content-disposition")).toContain("audit-acme.jsonl");
      const text = await own.text();
      expect(text).toContain('"member.put"');
      expect(text).not.toContain('"slug":"other"');
      const report = await verifyExport(bytesOf(text), {
        nowMs: services.clock.now(),
      });
      expect(report).toMatchObject({ isIntact: true, lastTrustedSize: report.size });
      expect(report.droppedBodies).toBeGreaterThan(0);
      const forged = text.replace('"role":"member"', '"role":"owner"');
      expect(forged).not.toBe(text);
      const found = await verifyExport(bytesOf(forged), {
        nowMs: services.clock.now(),
      });
      expect(found).toMatchObject({ isIntact: false, findings: [{ code: "ENTRY_CHANGED" }, {}] });
      const csv = await (await send("/audit/export?format=csv", { key: keys.operator })).text();
      expect(csv.split("\r\n")[0]).toContain("index,at,action");
      expect(csv).toContain(`,'${name}`);
      expect(await actionsOf("action=audit.export")).toEqual(["audit.export", "audit.export"]);
    });

    it("lets the operator say how long bodies are kept, and change the key", async () => {
      const put = (retentionDays: number | null) =>
        send("/audit/settings", {
          method: "PUT",
          body: JSON.stringify({ retentionDays }),
          key: keys.operator,
        });
      expect((await put(0)).status).toBe(400);
      expect(await (await put(365)).json()).toEqual({ retentionDays: 365 });
      expect(await read("/audit/settings", keys.operator)).toEqual({ retentionDays: 365 });
      expect((await post("/audit/keys", {}, { key: keys.operator })).status).toBe(201);
      const log = await read<{ vkeys: { retiredAt: string | null }[] }>("/audit", keys.member);
      expect(log.vkeys.map(({ retiredAt }) => retiredAt !== null)).toEqual([true, false]);
      expect(await actionsOf("action=log.key.*")).toHaveLength(3);
    });
  });
}
