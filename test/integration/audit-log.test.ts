import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseVerifierKey, readAnchorFolder, verifyExport } from "@berth/audit";
import { type BerthClient, createClient } from "@berth/client";
import { installSteps } from "@berth/protocol";
import type { AuditEntryView } from "@berth/protocol/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databasesUnderTest } from "../support/databases.ts";
import { type StartedBerth, startBerth } from "../support/start-berth.ts";
import { createTestFolder, type TestFolder } from "../support/test-folder.ts";

const api = (resource: string) => [{ type: "api" as const, resource, actions: ["read" as const] }];
const server = "export default { fetch: () => new Response('ok') };";
const recorded = {
  manifest: {
    ...{ id: "recorded", permissions: api("/api/open/*") },
    security: { auditLogging: true },
  },
  server,
};
const unrecorded = {
  manifest: {
    ...{ id: "unrecorded", permissions: api("/api/open/*") },
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
    beforeAll(async () => {
      folder = await createTestFolder();
      anchorFolder = join(folder.path, "anchor");
      await mkdir(anchorFolder);
      started = await startBerth({
        ...{ database, apps: [recorded, unrecorded] },
        berth: { audit: { anchorFolder, origin: "test.example/audit" } },
      });
      const { identity } = started.berth;
      const { id: personId } = await identity.createPerson({
        ...{ name: "Olga Operator", email: "olga@example.com", operatorRole: "admin" },
      });
      const { secret: apiKey } = await identity.createApiKey({ personId, name: "test" });
      operator = createClient({ baseUrl: `http://127.0.0.1:${started.berth.port}`, apiKey });
    });
    afterAll(async () => {
      await started?.[Symbol.asyncDispose]();
      await folder?.release();
    });

    const find = async (query: Record<string, string>): Promise<readonly AuditEntryView[]> => {
      const params = { organization: "acme" };
      const page = await started.admin.call("searchAudit", {
        ...{ params, query: { ...query, limit: 200 } },
      });
      return page.entries.toReversed();
    };

    it("has every decision about an app that asks for it, allowed or not, and none of another", async () => {
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

    it("is signed and anchored when the server ends, all of it", async () => {
      await started.callFunction(started.installation, "/api/open/last");
      await started.restart({ audit: { anchorFolder } });
      const { entries } = await started.admin.call("searchAudit", {
        ...{ params: { organization: "acme" }, query: { text: "open/last" } },
      });
      const sizes = (await readAnchorFolder(anchorFolder)).map(({ note }) =>
        Number(note.split("\n")[1]),
      );
      expect(Math.max(...sizes)).toBeGreaterThan(entries[0]?.index ?? Number.POSITIVE_INFINITY);
      await expect(started.restart({ audit: { origin: "another.example" } })).rejects.toMatchObject(
        {
          code: "OPTION_INVALID",
        },
      );
      await started.restart();
    });
  },
);
