import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  parseKeptCheckpoint,
  parseS3Location,
  parseVerifierKey,
  readAnchorFolder,
  readS3Anchor,
  verifyExport,
} from "@berth/audit";
import { type BerthClient, createClient } from "@berth/client";
import { installSteps } from "@berth/protocol";
import type { AuditEntryView } from "@berth/protocol/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { berthCommand } from "../support/berth-command.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openS3Endpoint, type S3Endpoint, testCredentials } from "../support/s3-endpoint.ts";
import { type StartedBerth, startBerth } from "../support/start-berth.ts";
import { createTestFolder, type TestFolder } from "../support/test-folder.ts";

const api = (resource: string) => [{ type: "api" as const, resource, actions: ["read" as const] }];
const server = "export default { fetch: () => new Response('ok') };";
const recorded = {
  manifest: { id: "recorded", permissions: api("/api/open/*") },
  server,
};
const unrecorded = {
  manifest: {
    ...{ id: "unrecorded", permissions: api("/api/open/*") },
    security: { auditLogging: false },
  },
  server,
};

async function* bytesOf(text: string) {
  yield Buffer.from(text);
}

// Each database has the log's own tests; a whole server is opened on one.
describe.each(databasesUnderTest().slice(-1))(
  "the audit log of a running server on %s",
  (database) => {
    let folder: TestFolder;
    let anchorFolder: string;
    let started: StartedBerth;
    let operator: BerthClient;
    let operatorKey: string;
    let endpoint: S3Endpoint;
    const bucketOptions = () => ({
      ...{ url: `${endpoint.url}/locked/berth`, credentials: testCredentials },
    });
    beforeAll(async () => {
      endpoint = await openS3Endpoint();
      endpoint.addBucket("locked");
      folder = await createTestFolder();
      anchorFolder = join(folder.path, "anchor");
      await mkdir(anchorFolder);
      started = await startBerth({
        ...{ database, apps: [recorded, unrecorded] },
        berth: { audit: { anchorFolder, origin: "test.example/audit", s3: bucketOptions() } },
      });
      const { identity } = started.berth;
      const { id: personId } = await identity.createPerson({
        ...{ name: "Olga Operator", email: "olga@example.com", operatorRole: "admin" },
      });
      operatorKey = (await identity.createApiKey({ personId, name: "test" })).secret;
      operator = createClient({
        baseUrl: `http://127.0.0.1:${started.berth.port}`,
        apiKey: operatorKey,
      });
    });
    afterAll(async () => {
      await started?.[Symbol.asyncDispose]();
      await folder?.release();
      await endpoint?.[Symbol.asyncDispose]();
    });

    const find = async (query: Record<string, string>): Promise<readonly AuditEntryView[]> => {
      const params = { organization: "acme" };
      const page = await started.admin.call("searchAudit", {
        ...{ params, query: { ...query, limit: 200 } },
      });
      return page.entries.toReversed();
    };

    it("has every decision about an app, allowed or not, and none of one that wants none recorded", async () => {
      const [first = "", second = ""] = started.installed;
      for (const path of ["/api/open/a", "/api/closed", "/api/open/b"]) {
        await started.callFunction(first, path);
        await started.callFunction(second, path);
      }
      const decisions = await find({ action: "access.decide" });
      expect(decisions.map(({ target, outcome }) => [target.id, outcome])).toEqual([
        ["/api/open/a", "allowed"],
        ["/api/closed", "denied"],
        ["/api/open/b", "allowed"],
      ]);
      expect(new Set(decisions.map(({ actor }) => actor.id))).toEqual(new Set([first]));
      expect(decisions[1]?.details).toMatchObject({ verb: "read", decidedBy: "grants" });
    });

    it("has an installation from its consent through its steps to its end, with who did it", async () => {
      const [first = "", installation = ""] = started.installed;
      const params = { organization: "acme", installation };
      await started.admin.call("suspendInstallation", { params, body: { reason: "audit" } });
      await started.admin.call("resumeInstallation", { params });
      const { run } = await started.admin.call("uninstall", { params });
      await started.ended(run);
      const actions = (await find({ installation })).map(({ action }) => action);
      expect(actions).toEqual([
        "installation.install",
        ...installSteps.map((step) => `installation.install.${step}.done`),
        ...["installation.suspend", "installation.resume", "installation.uninstall"],
        ...["drain", "hook", "remove-state", "remove-installation"].map(
          (step) => `installation.uninstall.${step}.done`,
        ),
      ]);
      const [install] = await find({ installation: first, action: "installation.install" });
      expect(install).toMatchObject({
        actor: { kind: "person", id: started.adminId, name: "ada", by: "key" },
        details: { consent: [{ type: "api", resource: "/api/open/*", actions: ["read"] }] },
        personal: [{ person: started.adminId, fields: { address: "127.0.0.1" } }],
      });
    });

    it("is verified offline by a key and anchors from elsewhere, and a changed copy is found", async () => {
      const log = await operator.call("getAuditLog", {});
      expect(log.origin).toBe("test.example/audit");
      const answer = await operator.download("exportHostAudit", { query: {} });
      const text = Buffer.from(answer).toString();
      const pinnedKeys = log.vkeys.map(({ vkey }) => parseVerifierKey(vkey));
      const anchors = await readAnchorFolder(anchorFolder);
      expect(anchors.length).toBeGreaterThan(0);
      const verify = (copy: string) =>
        verifyExport(bytesOf(copy), { pinnedKeys, anchors, nowMs: Date.now() });
      const report = await verify(text);
      expect(report).toMatchObject({
        ...{ isIntact: true, trust: "pinned", findings: [], droppedBodies: 0 },
        anchors: { given: anchors.length, matched: anchors.length },
      });
      const lines = text.split("\n");
      const at = lines.findIndex((line) => line.includes('"denied"'));
      const changed = lines.with(at, (lines[at] ?? "").replace('"denied"', '"allowed"'));
      expect(await verify(changed.join("\n"))).toMatchObject({
        isIntact: false,
        findings: [{ code: "ENTRY_CHANGED", line: at + 1 }],
      });
      expect(await verify(lines.toSpliced(at, 1).join("\n"))).toMatchObject({
        isIntact: false,
        findings: expect.arrayContaining([expect.objectContaining({ code: "ENTRY_MISSING" })]),
      });
    });

    it("is in a bucket that locks, as in the folder, and the operator sees how far both are", async () => {
      const { anchors, size } = await operator.call("listAuditAnchors", {});
      expect(anchors).toMatchObject([
        { kind: "folder", state: "kept", place: anchorFolder, keptSize: size },
        { kind: "s3", state: "kept", place: `${bucketOptions().url}/`, problem: null },
      ]);
    });

    it("is witnessed by a host whose operator named it, by the front door and the command line", async () => {
      const env = {
        BERTH_URL: `http://127.0.0.1:${started.berth.port}`,
        BERTH_API_KEY: operatorKey,
      };
      const place = { cwd: folder.path, configFolder: folder.path, env };
      const log = await operator.call("getAuditLog", {});
      const added = await berthCommand(
        ["audit", "witness-add", log.vkeys[0]?.vkey ?? "", "--json"],
        place,
      );
      expect(added.json()).toMatchObject({ origin: log.origin });
      const note = log.checkpoint?.note ?? "";
      const ask = (text: string) =>
        fetch(`${env.BERTH_URL}/api/v1/audit/witness/add-checkpoint`, {
          ...{ method: "POST", body: text },
        });
      expect((await ask("nonsense")).status).toBe(400);
      const answer = await ask(`old 0\n\n${note}`);
      expect(answer.status).toBe(200);
      const [status, shown, kept] = await Promise.all([
        berthCommand(["audit", "status"], place),
        berthCommand(["audit", "witness"], place),
        berthCommand(["audit", "witness", "--checkpoint", log.origin], place),
      ]);
      expect(status.stdout).toMatch(/^folder +kept/m);
      expect(status.stdout).toMatch(/^s3 +kept/m);
      const option = `--audit-witness '${started.berth.origin}/api/v1/audit/witness#`;
      expect(shown.stdout).toContain(option);
      const { size } = parseKeptCheckpoint(note);
      expect(shown.stdout).toMatch(new RegExp(`^${log.origin} +wk\\w+ +${size} `, "m"));
      expect(parseKeptCheckpoint(kept.stdout).size).toBe(size);
      expect(kept.stdout).toContain(await answer.text());
      const params = { witnessedKey: String(added.json().id) };
      await operator.call("deleteWitnessedKey", { params });
      expect((await ask(`old ${size}\n\n${note}`)).status).toBe(404);
    });

    it("is signed and anchored when the server ends, all of it", async () => {
      await started.callFunction(started.installation, "/api/open/last");
      await started.restart({ audit: { anchorFolder, s3: bucketOptions() } });
      const { entries } = await started.admin.call("searchAudit", {
        ...{ params: { organization: "acme" }, query: { text: "open/last" } },
      });
      const sizes = (await readAnchorFolder(anchorFolder)).map(({ note }) =>
        Number(note.split("\n")[1]),
      );
      expect(Math.max(...sizes)).toBeGreaterThan(entries[0]?.index ?? Number.POSITIVE_INFINITY);
      const locked = await readS3Anchor({
        location: parseS3Location(bucketOptions().url),
        ...{ credentials: testCredentials, now: Date.now },
        fetch: async ({ headers, url }) => {
          const found = await fetch(url, { headers });
          return { status: found.status, body: new Uint8Array(await found.arrayBuffer()) };
        },
      });
      expect(parseKeptCheckpoint(locked.at(-1)?.note ?? "").size).toBe(Math.max(...sizes));
      await expect(started.restart({ audit: { origin: "another.example" } })).rejects.toMatchObject(
        {
          code: "OPTION_INVALID",
        },
      );
      await started.restart();
    });
  },
);
