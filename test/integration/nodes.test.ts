/**
 * Two nodes on one PostgreSQL: what one is told holds on both before it is answered. The second is a
 * process of its own, which can be frozen.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { berthServe, type ServedBerth } from "../support/berth-command.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { callHost, type StartedBerth, startBerth } from "../support/start-berth.ts";
import { createTestFolder, type TestFolder } from "../support/test-folder.ts";

const served = "export default { fetch: () => new Response('served') };";
const params = { organization: "acme" };

describe.each(databasesUnderTest().filter((kind) => kind === "postgres"))("two nodes on %s", () => {
  let folder: TestFolder;
  let first: StartedBerth;
  let second: ServedBerth;
  let token: string;

  beforeAll(async () => {
    folder = await createTestFolder();
    const masterKey = "17".repeat(32);
    const blobUrl = pathToFileURL(join(folder.path, "blobs")).href;
    first = await startBerth({
      database: "postgres",
      berth: { masterKey, blobUrl },
      apps: [{ server: served, manifest: { resources: { apiCalls: 60_000 } } }],
    });
    second = await berthServe(["--port", "0", "--data-dir", join(folder.path, "second")], {
      cwd: folder.path,
      configFolder: join(folder.path, "config"),
      env: {
        DATABASE_URL: first.databaseUrl ?? "",
        BLOB_URL: blobUrl,
        BERTH_MASTER_KEY: masterKey,
      },
    });
    token = await first.viewToken(first.installation);
  });
  afterAll(async () => {
    await second?.[Symbol.asyncDispose]();
    await first?.[Symbol.asyncDispose]();
    await folder?.release();
  });

  const of = () => ({ params: { ...params, installation: first.installation } });
  const ports = () => [first.berth.port, second.port];
  const ask = (port: number) =>
    callHost(port, `${first.installation}.apps.localhost`, "/", {
      headers: { authorization: `Bearer ${token}` },
    });
  /** The process that serves, which is not the one that holds the socket. */
  const secondPid = () => {
    const text = readFileSync(join(folder.path, "second", "serving.json"), "utf8");
    return (JSON.parse(text) as { readonly serverPid: number }).serverPid;
  };

  /** Asks again and again until it is refused, and tells when each request began that was served. */
  async function askUntilRefused(port: number, hasBegun: () => void) {
    const servedFrom: number[] = [];
    for (;;) {
      const beganAt = performance.now();
      const answer = await ask(port);
      if (answer.status !== 200) return { servedFrom, refusal: answer };
      servedFrom.push(beganAt);
      if (servedFrom.length === 20) hasBegun();
    }
  }

  async function grantOf() {
    const { grants } = await first.admin.call("listGrants", of());
    return grants.find(({ type }) => type === "api")?.id ?? "";
  }
  const permission = { type: "api", resource: "*", actions: ["read", "write"] };
  const revoke = async () =>
    first.admin.call("revokeGrant", {
      params: { ...of().params, grant: await grantOf() },
      body: { reason: "The test says so." },
    });
  const grantAgain = () =>
    first.admin.call("grantPermission", { ...of(), body: { permission: { ...permission } } });

  it("deny the first call that begins after a revoke was answered, whichever was asked", async () => {
    const begun = ports().map(() => Promise.withResolvers<void>());
    const loops = ports().map((port, index) =>
      askUntilRefused(port, () => begun[index]?.resolve()),
    );
    await Promise.all(begun.map(({ promise }) => promise));
    await revoke();
    const answeredAt = performance.now();
    for (const { servedFrom, refusal } of await Promise.all(loops)) {
      expect(servedFrom.filter((beganAt) => beganAt > answeredAt)).toEqual([]);
      expect(refusal.json()).toMatchObject({ code: "PERMISSION_DENIED" });
    }
    await grantAgain();
    for (const port of ports()) expect((await ask(port)).text).toBe("served");
  });

  it("hold to a policy that the other published, once that was answered", async () => {
    const text = '@id("closed") forbid (principal, action, resource);';
    await first.admin.call("saveOrganizationPolicyDraft", { params, body: { text, revision: 0 } });
    await first.admin.call("publishOrganizationPolicies", {
      params,
      body: { revision: 1, version: 0 },
    });
    for (const port of ports()) {
      expect((await ask(port)).json()).toMatchObject({
        code: "PERMISSION_DENIED",
        message: expect.stringContaining("closed"),
      });
    }
    await first.admin.call("saveOrganizationPolicyDraft", {
      params,
      body: { text: "", revision: 0 },
    });
    await first.admin.call("publishOrganizationPolicies", {
      params,
      body: { revision: 1, version: 1 },
    });
    for (const port of ports()) expect((await ask(port)).text).toBe("served");
  });

  it("deny after a revoke while they were frozen, as soon as they go on", async () => {
    expect((await ask(second.port)).text).toBe("served");
    const pid = secondPid();
    process.kill(pid, "SIGSTOP");
    let thawed: ReturnType<typeof ask>;
    try {
      await revoke();
      thawed = ask(second.port);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    expect((await thawed).json()).toMatchObject({ code: "PERMISSION_DENIED" });
    await grantAgain();
    expect((await ask(second.port)).text).toBe("served");
  });

  it("serve what either was told, and refuse from the moment that the other answered", async () => {
    const begun = ports().map(() => Promise.withResolvers<void>());
    const loops = ports().map((port, index) =>
      askUntilRefused(port, () => begun[index]?.resolve()),
    );
    await Promise.all(begun.map(({ promise }) => promise));
    await first.admin.call("suspendInstallation", { ...of(), body: {} });
    const answeredAt = performance.now();
    for (const { servedFrom, refusal } of await Promise.all(loops)) {
      expect(servedFrom.filter((beganAt) => beganAt > answeredAt)).toEqual([]);
      expect(refusal.json()).toMatchObject({ code: "INSTALLATION_STATE" });
    }
    await first.admin.call("resumeInstallation", of());
    for (const port of ports()) expect((await ask(port)).text).toBe("served");
  });

  it("wait for a frozen one's lease, and it refuses when it goes on", async () => {
    expect((await ask(second.port)).text).toBe("served");
    const pid = secondPid();
    process.kill(pid, "SIGSTOP");
    let thawed: Promise<{ readonly status: number }>;
    try {
      await first.admin.call("suspendInstallation", { ...of(), body: {} });
      const rows = await first.berth.database.kysely
        .selectFrom("policy_node")
        .select("id")
        .where("lease_until", ">", new Date())
        .execute();
      expect(rows).toHaveLength(1);
      thawed = ask(second.port);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    expect(await thawed).toMatchObject({ status: 409 });
    await first.admin.call("resumeInstallation", of());
    expect((await ask(second.port)).text).toBe("served");
  });
});
