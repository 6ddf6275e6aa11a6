/** What an app may do, changed while it runs: for whom, when, and the next call after it was taken back. */
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { type BerthClient, createClient } from "@berth/client";
import type { Permission } from "@berth/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { berthCommand } from "../support/berth-command.ts";
import { type StartedBerth, startBerth } from "../support/start-berth.ts";

const server = `
export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== "/stream") return Response.json({ ok: true });
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    ctx.waitUntil(writer.write(new TextEncoder().encode("begun\\n")));
    return new Response(readable);
  },
};`;

const permissions: Permission[] = [
  { type: "api", resource: "/open/*", actions: ["read"] },
  { type: "api", resource: "/stream", actions: ["read"] },
  { type: "api", resource: "/asked", actions: ["read"], optional: true },
  { type: "data", resource: "state/notes/*", actions: ["read", "write"] },
  {
    type: "data",
    resource: "state/few/*",
    actions: ["read"],
    conditions: { rate: { maxCalls: 2, windowMs: 3_600_000 } },
  },
  {
    type: "data",
    resource: "state/owners/*",
    actions: ["read"],
    conditions: { roles: ["owner", "admin"] },
  },
];

let berth: StartedBerth;
let installation = "";
let adminToken = "";
const organization = "acme";

beforeAll(async () => {
  // Requests come from here, as from a proxy that says for whom.
  berth = await startBerth({ berth: { trustedProxies: ["127.0.0.1"] } });
  const app = await berth.publisher.publish({ server, manifest: { permissions } });
  installation = await berth.install(app, { refuses: ["/asked"] });
  adminToken = await berth.viewToken(installation);
});
afterAll(() => berth?.[Symbol.asyncDispose]());

const params = () => ({ organization, installation });
const failure = (error: unknown) => error;

async function grantOf(resource: string) {
  const { grants } = await berth.admin.call("listGrants", { params: params() });
  const found = grants.find((grant) => grant.resource === resource);
  if (found === undefined) throw new Error(`There is no grant of ${resource}.`);
  return found;
}

const change = async (resource: string, terms: Record<string, unknown>) => {
  const { id } = await grantOf(resource);
  return berth.admin.call("changeGrant", { params: { ...params(), grant: id }, body: terms });
};

const grant = (resource: string, terms: Record<string, unknown> = {}) => {
  const { type, actions } = permissions.find((each) => each.resource === resource) ?? {
    ...{ type: "api", actions: ["read"] },
  };
  return berth.admin.call("grantPermission", {
    params: params(),
    body: { permission: { type, resource, actions: [...actions] }, ...terms },
  });
};

const revoke = async (resource: string) =>
  berth.admin.call("revokeGrant", {
    params: { ...params(), grant: (await grantOf(resource)).id },
    body: { reason: "The test is over." },
  });

/** A view's call for a key of the app's state. */
const readState = (key: string, token = adminToken) =>
  berth.callFunction(installation, "/.berth/capabilities/state/get", {
    ...{ token, method: "POST", body: JSON.stringify({ args: { key } }) },
    headers: { "content-type": "application/json" },
  });
const open = (path: string, token = adminToken) =>
  berth.callFunction(installation, path, { token });

async function addMember(name: string, role: string): Promise<{ id: string; client: BerthClient }> {
  const { identity, port } = berth.berth;
  const { id } = await identity.createPerson({ name, email: `${name}@acme.example` });
  const acme = await identity.findOrganization(organization);
  await identity.addMember({ organizationId: acme?.id ?? "", personId: id, role });
  const { secret } = await identity.createApiKey({ personId: id, name: "test" });
  return { id, client: createClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey: secret }) };
}

describe("revoking", () => {
  it("denies the first call that starts after its answer, in the middle of a loop of calls", async () => {
    const calls: { readonly startedAt: number; readonly status: number }[] = [];
    const isLooping = { value: true };
    const enough = Promise.withResolvers<void>();
    const loop = (async () => {
      while (isLooping.value) {
        const startedAt = performance.now();
        const { status } = await readState("notes/1");
        calls.push({ startedAt, status });
        if (calls.length === 5) enough.resolve();
      }
    })();
    await enough.promise;
    await revoke("state/notes/*");
    const answeredAt = performance.now();
    await expect
      .poll(() => calls.filter(({ startedAt }) => startedAt > answeredAt).length)
      .toBeGreaterThan(3);
    isLooping.value = false;
    await loop;
    expect(calls.slice(0, 5).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const after = calls.filter(({ startedAt }) => startedAt > answeredAt);
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([403]));
    expect((await readState("notes/1")).json()).toMatchObject({ code: "PERMISSION_DENIED" });
    await grant("state/notes/*");
    expect((await readState("notes/1")).status).toBe(200);
  });

  it("ends a stream that needed it, and no other", async () => {
    const started = async (path: string) => {
      const request = httpRequest({
        ...{ host: "127.0.0.1", port: berth.berth.port, path },
        headers: {
          host: `${installation}.apps.localhost:${berth.berth.port}`,
          authorization: `Bearer ${adminToken}`,
        },
      }).end();
      const [response] = (await once(request, "response")) as [IncomingMessage];
      // It is broken off, which is an error to whoever reads it.
      response.on("error", () => undefined);
      await once(response, "data");
      return response;
    };
    const stream = await started("/stream");
    const closed = new Promise<void>((resolve) => stream.once("close", () => resolve()));
    await revoke("/open/*");
    expect(stream.destroyed).toBe(false);
    await revoke("/stream");
    await closed;
    expect(stream.complete).toBe(false);
    expect((await open("/open/x")).status).toBe(403);
    await grant("/stream");
    await grant("/open/*");
    expect((await open("/open/x")).status).toBe(200);
  });

  it("is an act on record, with who did it and why, in the transaction that did it", async () => {
    const { trail, database } = berth.berth;
    await trail.flush();
    const rows = await database.kysely
      .selectFrom("trail_entry")
      .select("body")
      .where("action", "=", "grant.revoke")
      .orderBy("index", "desc")
      .execute();
    const revoked = JSON.parse(rows[0]?.body ?? "null") as {
      readonly personal: { readonly keyId: string; readonly ciphertext: string };
    };
    expect(revoked).toMatchObject({
      actor: { kind: "person", id: berth.adminId, by: "key" },
      target: { kind: "installation", id: installation },
    });
    const { keyId, ciphertext } = revoked.personal;
    expect(await trail.persons.open(keyId, ciphertext)).toContain("The test is over.");
  });
});

describe("a grant for some", () => {
  it("is for the people in its scope, by the same token, at once", async () => {
    const { id, client } = await addMember("grace", "member");
    const token = await berth.viewToken(installation, client);
    expect((await open("/open/x", token)).status).toBe(200);
    await change("/open/*", { scope: { persons: [berth.adminId] } });
    expect((await open("/open/x", token)).json()).toMatchObject({
      code: "PERMISSION_DENIED",
      message: expect.stringContaining("not for this person"),
    });
    expect((await open("/open/x")).status).toBe(200);
    // A page is given what is for its reader, and never who else is in a scope.
    const session = await client.call("openView", { params: params(), body: {} });
    expect(session.grants.map(({ resource }) => resource)).not.toContain("/open/*");
    expect(JSON.stringify(session)).not.toContain(berth.adminId);
    await change("/open/*", { scope: { persons: [id] } });
    expect((await open("/open/x")).status).toBe(403);
    await change("/open/*", {});
  });

  it("follows a role that changes, on the next call", async () => {
    const { id, client } = await addMember("alan", "member");
    const token = await berth.viewToken(installation, client);
    const { identity } = berth.berth;
    const acme = (await identity.findOrganization(organization))?.id ?? "";
    expect((await readState("owners/1", token)).status).toBe(403);
    expect((await readState("owners/1")).status).toBe(200);
    await identity.addMember({ organizationId: acme, personId: id, role: "admin" });
    expect((await readState("owners/1", token)).status).toBe(200);
    await identity.addMember({ organizationId: acme, personId: id, role: "auditor" });
    expect((await readState("owners/1", token)).status).toBe(403);
  });

  it("tells an app nothing of who is behind a token", () => {
    const payload = Buffer.from(adminToken.split(".")[1] ?? "", "base64url").toString();
    expect(payload).not.toContain(berth.adminId);
  });
});

describe("conditions", () => {
  it("hold: addresses, a second factor, how often, until when", async () => {
    await change("/open/*", { conditions: { ipRanges: ["10.0.0.0/8"] } });
    expect((await open("/open/x")).status).toBe(403);
    await change("/open/*", { conditions: { ipRanges: ["127.0.0.0/8"] } });
    expect((await open("/open/x")).status).toBe(200);
    // Behind a proxy it is the client's address that counts, and not the proxy's own.
    const from = (address: string) =>
      berth.callFunction(installation, "/open/x", {
        token: adminToken,
        headers: { "x-forwarded-for": `10.1.1.1, ${address}` },
      });
    expect((await from("203.0.113.9")).status).toBe(403);
    await change("/open/*", { conditions: { ipRanges: ["203.0.113.0/24"] } });
    expect((await from("203.0.113.9")).status).toBe(200);
    expect((await open("/open/x")).status).toBe(403);
    await change("/open/*", { conditions: { maxSecondFactorAgeMinutes: 5 } });
    expect((await open("/open/x")).json()).toMatchObject({
      details: { decidedBy: expect.stringContaining("maxSecondFactorAgeMinutes") },
    });
    const { id } = await change("/open/*", { expiresAt: "2999-01-01T00:00:00Z" });
    expect((await open("/open/x")).status).toBe(200);
    const past = new Date(Date.now() - 1);
    const { kysely } = berth.berth.database;
    await kysely
      .updateTable("installation_grant")
      .set({ expires_at: past })
      .where("id", "=", id)
      .execute();
    // Another change has it read anew.
    await change("/stream", {});
    expect((await open("/open/x")).status).toBe(403);
    expect(await grantOf("/open/*")).toMatchObject({ isExpired: true });
    await change("/open/*", {});

    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await readState("few/1")).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await readState("few/1")).json()).toMatchObject({ code: "RATE_LIMITED" });
  });

  it("are never wider than the manifest's, nor a scope of nobody or of strangers", async () => {
    const attempt = (resource: string, terms: Record<string, unknown>) =>
      change(resource, terms).catch(failure);
    const wider = { code: "GRANT_NOT_ASKED", details: { wider: ["roles"] } };
    const owners = "state/owners/*";
    expect(await attempt(owners, { conditions: {} })).toMatchObject(wider);
    expect(await attempt(owners, { conditions: { roles: ["member"] } })).toMatchObject(wider);
    const narrower = { roles: ["owner"], ipRanges: ["127.0.0.1/32"] };
    expect(await change(owners, { conditions: narrower })).toMatchObject({ conditions: narrower });
    const invalid = { code: "REQUEST_INVALID" };
    expect(await attempt("/open/*", { scope: {} })).toMatchObject(invalid);
    expect(await attempt("/open/*", { scope: { persons: ["per_x"] } })).toMatchObject(invalid);
    expect(await attempt("/open/*", { conditions: { ipRanges: ["1.2.3.4"] } })).toMatchObject(
      invalid,
    );
    expect(await attempt("/open/*", { expiresAt: "2020-01-01T00:00:00Z" })).toMatchObject(invalid);
  });
});

describe("what can be granted", () => {
  it("is what the manifest asks for and was not granted, and nothing else", async () => {
    const { notGranted } = await berth.admin.call("listGrants", { params: params() });
    expect(notGranted).toEqual([expect.objectContaining({ resource: "/asked", optional: true })]);
    expect(await grant("/other").catch(failure)).toMatchObject({ code: "GRANT_NOT_ASKED" });
    expect(await grant("/open/*").catch(failure)).toMatchObject({ code: "GRANT_EXISTS" });
    expect((await open("/asked")).status).toBe(403);
    expect(await grant("/asked", { reason: "They need it." })).toMatchObject({
      ...{ note: "They need it.", grantedBy: "ada", optional: true },
    });
    expect((await open("/asked")).status).toBe(200);
  });

  it("is the organization's own to say: not another's, nor a member's without the permission", async () => {
    const stranger = await berth.addOrganization("globex");
    const { id } = await grantOf("/asked");
    const taken = (client: BerthClient, of: string) =>
      client
        .call("revokeGrant", {
          params: { organization: of, installation, grant: id },
          body: { reason: "Mine." },
        })
        .catch(failure);
    expect(await taken(stranger, "globex")).toMatchObject({ code: "INSTALLATION_NOT_FOUND" });
    expect(await taken(stranger, organization)).toMatchObject({ code: "ORGANIZATION_NOT_FOUND" });
    const { client } = await addMember("edsger", "member");
    expect(await taken(client, organization)).toMatchObject({ code: "AUTH_FORBIDDEN" });
    const unknown = { ...params(), grant: "grant-nowhere" };
    expect(
      await berth.admin
        .call("revokeGrant", { params: unknown, body: { reason: "Gone." } })
        .catch(failure),
    ).toMatchObject({ code: "GRANT_NOT_FOUND" });
  });

  it("is changed by the command line, which keeps what it was not told to change", async () => {
    const { identity, origin } = berth.berth;
    const { secret } = await identity.createApiKey({ personId: berth.adminId, name: "cli" });
    const place = {
      ...{ cwd: berth.folder, configFolder: berth.folder },
      env: { BERTH_URL: origin.replace("localhost", "127.0.0.1"), BERTH_API_KEY: secret },
    };
    const before = await grantOf("state/few/*");
    const change = (...argv: string[]) =>
      berthCommand(["grants", "change", installation, before.id, ...argv, "--json"], place);
    const [changed, ...refused] = await Promise.all([
      change("--person", berth.adminId, "--until", "2999-01-31", "--reason", "A trial."),
      change(),
      change("--everybody", "--group", "staff"),
    ]);
    expect(changed.json(), changed.stderr).toMatchObject({
      ...{ id: before.id, conditions: before.conditions, note: "A trial." },
      expiresAt: "2999-01-31T00:00:00.000Z",
      scope: { persons: [{ id: berth.adminId }], groups: [] },
    });
    for (const { code, stderr } of refused) {
      expect([code, JSON.parse(stderr)]).toMatchObject([2, { code: "OPTION_INVALID" }]);
    }
    const kept = await change("--everybody");
    expect(kept.json(), kept.stderr).toMatchObject({
      ...{ scope: null, conditions: before.conditions, note: "A trial." },
      expiresAt: "2999-01-31T00:00:00.000Z",
    });
  });

  it("is known by its last use; what nobody used for long is listed", async () => {
    expect((await grantOf("/asked")).lastUsedAt).not.toBeNull();
    const { kysely } = berth.berth.database;
    const old = new Date(Date.now() - 100 * 86_400_000);
    await kysely.updateTable("installation_grant").set({ granted_at: old }).execute();
    const list = async (days: number) => {
      const listed = await berth.admin.call("listUnusedGrants", {
        ...{ params: { organization }, query: { days } },
      });
      // Both were granted at one moment, so neither is the older.
      return listed.grants.map(({ resource }) => resource).sort();
    };
    await revoke("/asked");
    await grant("/asked");
    await kysely.updateTable("installation_grant").set({ granted_at: old }).execute();
    // Granted anew, they have not been used.
    expect(await list(90)).toEqual(["/asked", "/stream"]);
    expect(await list(120)).toEqual([]);
  });

  it("shows how a newer release differs, and that it has to wait for consent", async () => {
    const next: Permission[] = [
      ...permissions.filter(({ resource }) => resource !== "/stream"),
      { type: "network", resource: "api.example.com", actions: ["connect"] },
    ];
    await berth.publisher.publish({ server, manifest: { version: "1.1.0", permissions: next } });
    const changes = await berth.admin.call("getPermissionChanges", {
      ...{ params: params(), query: {} },
    });
    expect(changes).toMatchObject({ from: "1.0.0", to: "1.1.0", isNewer: true });
    expect(changes.needsConsent).toBe(true);
    expect(changes.changes.map(({ kind, before, after }) => [kind, (after ?? before)?.resource]))
      // In the new release's order, what was removed last.
      .toEqual([
        ["added", "api.example.com"],
        ["removed", "/stream"],
      ]);
    const same = { ...params() };
    expect(
      await berth.admin.call("getPermissionChanges", { params: same, query: { version: "1.0.0" } }),
    ).toMatchObject({ changes: [], needsConsent: false, isNewer: false });
  });
});
