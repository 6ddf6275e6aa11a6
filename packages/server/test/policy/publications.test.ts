import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identityMigrations } from "../../src/identity/migrations.ts";
import { policyMigrations } from "../../src/policy/migrations.ts";
import { type OpenedPolicies, openPolicies } from "../../src/policy/open-policies.ts";
import type { PolicyAuthor } from "../../src/policy/publications.ts";
import { createTraffic } from "../../src/policy/traffic.ts";
import { tryOnTraffic } from "../../src/policy/trial.ts";
import { openKeyRing } from "../../src/storage/keys.ts";
import { storageMigrations } from "../../src/storage/migrations.ts";
import { trailMigrations } from "../../src/trail/migrations.ts";
import { type OpenedTrail, openTrail } from "../../src/trail/open-trail.ts";
import {
  databasesUnderTest,
  openTestDatabase,
  silentLogger,
  type TestDatabase,
} from "../support/databases.ts";
import { createTestClock } from "../support/services.ts";
import { connect, createLive, questionOf, read } from "./support/policy-questions.ts";

const author: PolicyAuthor = {
  personId: "per_1",
  actor: { kind: "person", id: "per_1", by: "session" },
  requestId: "req-1",
};
const forbidAll = (id: string) => `@id("${id}") forbid (principal, action, resource);`;
const noNetwork = `@id("no-network") forbid (principal, action == Action::"network:connect", resource);`;

describe.each(databasesUnderTest())("policies on %s", (kind) => {
  const clock = createTestClock(Date.parse("2026-11-22T12:07:00Z"));
  const ground = { clock, random: randomBytes, logger: silentLogger };
  let database: TestDatabase;
  let policies: OpenedPolicies;
  let trail: OpenedTrail;
  const open = () => openPolicies({ database, ground, trail });

  beforeAll(async () => {
    database = await openTestDatabase(kind, [
      ...identityMigrations,
      ...trailMigrations,
      ...policyMigrations,
      ...storageMigrations,
    ]);
    const keys = await openKeyRing({ folder: database.folder, ...ground });
    const spoolFolder = join(database.folder, "spool");
    trail = await openTrail({ database, keys, ground, spoolFolder });
    policies = await open();
  });
  afterAll(async () => {
    await policies?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  const forbidsBy = (organizationId: string, access = read, by = policies) =>
    by.forbids.find(questionOf(createLive({ organizationId })), access, {})?.policy;
  async function publish(owner: string | null, text: string, version: number) {
    const { revision } = await policies.publications.saveDraft(
      owner,
      { text, revision: 0 },
      author,
    );
    return policies.publications.publish(owner, { revision, version, note: null }, author);
  }
  const refused = (code: string) => ({ name: "BerthError", code });

  it("take effect with the answer, are found by the next start, and go back by a new version", async () => {
    const { publications } = policies;
    expect(forbidsBy("a")).toBeUndefined();
    await publish("a", forbidAll("first"), 0);
    expect(forbidsBy("a")).toBe("first");
    expect(forbidsBy("b")).toBeUndefined();
    clock.advance(1_000);
    await publish("a", forbidAll("second"), 1);
    expect(forbidsBy("a")).toBe("second");
    await using again = await open();
    expect(forbidsBy("a", read, again)).toBe("second");

    const back = await publications.rollBack("a", { to: 1, version: 2, note: "too much" }, author);
    expect(back).toMatchObject({ version: 3, restoredFrom: 1, note: "too much" });
    expect(forbidsBy("a")).toBe("first");
    // Another process sees it when it looks.
    expect(forbidsBy("a", read, again)).toBe("second");
    await again.publications.refresh();
    expect(forbidsBy("a", read, again)).toBe("first");
    const history = await publications.listVersions("a");
    expect(history.map(({ version, restoredFrom }) => [version, restoredFrom])).toEqual([
      [3, 1],
      [2, null],
      [1, null],
    ]);
    expect((await publications.getVersion("a", 2)).text).toBe(forbidAll("second"));
    await expect(publications.getVersion("a", 9)).rejects.toMatchObject(
      refused("POLICY_VERSION_UNKNOWN"),
    );
    await expect(publications.getVersion("b", 1)).rejects.toMatchObject(
      refused("POLICY_VERSION_UNKNOWN"),
    );
  });

  it("are published as they were seen, or not at all", async () => {
    const { publications } = policies;
    const saved = await publications.saveDraft("c", { text: noNetwork, revision: 0 }, author);
    const other = { text: forbidAll("other"), revision: 0 };
    await expect(publications.saveDraft("c", other, author)).rejects.toMatchObject(
      refused("POLICY_CONFLICT"),
    );
    const next = await publications.saveDraft("c", { ...other, revision: saved.revision }, author);
    const seen = { revision: saved.revision, version: 0, note: null };
    await expect(publications.publish("c", seen, author)).rejects.toMatchObject(
      refused("POLICY_CONFLICT"),
    );
    const current = { ...seen, revision: next.revision };
    await expect(
      publications.publish("c", { ...current, version: 4 }, author),
    ).rejects.toMatchObject(refused("POLICY_CONFLICT"));
    expect(forbidsBy("c")).toBeUndefined();
    const both = await Promise.allSettled([
      publications.publish("c", current, author),
      publications.publish("c", current, author),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(forbidsBy("c")).toBe("other");
    expect(await publications.findDraft("c")).toBeUndefined();
  });

  it("with an error are kept as a draft and not published", async () => {
    const { publications } = policies;
    const text = "permit (principal, action, resource);";
    const { revision } = await publications.saveDraft("d", { text, revision: 0 }, author);
    const seen = { revision, version: 0, note: null };
    await expect(publications.publish("d", seen, author)).rejects.toMatchObject({
      code: "POLICY_INVALID",
      message: expect.stringContaining("Line 1, column 1: Policies can only forbid"),
      details: { problems: [{ line: 1, column: 1, severity: "error" }] },
    });
    expect((await publications.findDraft("d"))?.text).toBe(text);
    expect(await publications.findCurrent("d")).toBeUndefined();
  });

  it("leave an act for each change, in the transaction that makes it", async () => {
    const { publications } = policies;
    const acts = async () => {
      await trail.flush();
      const rows = await database.kysely
        .selectFrom("trail_entry")
        .select("body")
        .where("organization_id", "=", "e")
        .orderBy("index")
        .execute();
      return rows.map(({ body }) => JSON.parse(body ?? "null") as unknown);
    };
    await publish("e", noNetwork, 0);
    await publications.rollBack("e", { to: 1, version: 1, note: null }, author);
    await publications.saveDraft("e", { text: "", revision: 0 }, author);
    await publications.deleteDraft("e", author);
    expect(await acts()).toMatchObject(
      ["draft", "publish", "roll-back", "draft", "draft-remove"].map((verb) => ({
        action: `policies.${verb}`,
        actor: { id: "per_1" },
        target: { kind: "policies", id: "e" },
      })),
    );
    await using broken = await openPolicies({
      ...{ database, ground },
      trail: { record: () => Promise.reject(new Error("the trail is full")) },
    });
    await expect(
      broken.publications.rollBack("e", { to: 1, version: 2, note: null }, author),
    ).rejects.toThrow("the trail is full");
    expect((await publications.findCurrent("e"))?.version).toBe(2);
  });

  it("are tried on the calls of the last hours", async () => {
    const { traffic, checker } = policies;
    const subjects = {
      list: async () => [{ personId: "per_2", name: "Ana", roles: ["member"], groups: [] }],
      find: async () => undefined,
    };
    const sources = { checker, traffic, subjects, clock, slugOf: async () => "acme" };
    const live = createLive({ organizationId: "f" });
    const person = { personId: "per_2" };
    const ask = () => {
      for (let times = 0; times < 3; times++) policies.forbids.find(questionOf(live), connect, {});
      policies.forbids.find(questionOf(live, person), connect, {});
      policies.forbids.find(questionOf(live, person), read, {});
    };
    ask();
    await traffic.flush();
    clock.advance(20 * 60_000);
    ask();
    const trial = (text: string, current = "", hours = 1) =>
      tryOnTraffic("f", { text, current, hours }, sources);
    expect(await trial(noNetwork)).toMatchObject({
      ...{ hours: 1, calls: 10, unkept: 0, wouldDeny: 8, wouldAllow: 0, unknown: [] },
      groups: [
        {
          ...{ effect: "deny", policy: "no-network", app: "tools/orders" },
          ...{ action: "network:connect", resource: "api.example.com", calls: 8, people: 1 },
        },
      ],
    });
    const members = `forbid (principal in Role::"member", action, resource) when { context has address };`;
    expect(await trial(members)).toMatchObject({ wouldDeny: 0, unknown: ["address"] });
    expect(await trial(members.replace("when { context has address }", ""))).toMatchObject({
      wouldDeny: 4,
    });
    expect(await trial("forbid (")).toMatchObject({
      calls: 0,
      problems: [{ severity: "error", line: 1 }],
    });
    policies.forbids.publish("f", noNetwork);
    policies.forbids.find(questionOf(live), connect, {});
    expect(await trial("", noNetwork)).toMatchObject({ wouldDeny: 0, wouldAllow: 1 });
    policies.forbids.publish("f", null);
    await traffic.removeInstallation(live.id);
    expect(await trial(noNetwork)).toMatchObject({ calls: 0, wouldDeny: 0 });
  });

  it("hold no more of traffic than their bounds, and say how much they left out", async () => {
    const limits = { maxAccessesOfQuarter: 2, maxRowsOfOrganization: 4, maxResourceChars: 20 };
    await using traffic = createTraffic({ database, ground, limits });
    const ask = (resource: string) =>
      traffic.note({
        question: questionOf(createLive({ organizationId: "g" })),
        access: { ...read, resource },
        facts: {},
        isForbidden: false,
      });
    for (const resource of ["/a", "/b", "/c", "/d", `/${"long".repeat(9)}`, "/a"]) ask(resource);
    const since = clock.now() - 3_600_000;
    const first = await traffic.list("g", since);
    expect(first.entries.map(({ resource, passed }) => [resource, passed]).sort()).toEqual([
      ["/a", 2],
      ["/b", 1],
    ]);
    expect(first.unkept).toBe(3);
    ask("/a");
    expect(
      (await traffic.list("g", since)).entries.find(({ resource }) => resource === "/a"),
    ).toMatchObject({ passed: 3 });
    for (let quarter = 0; quarter < 3; quarter++) {
      clock.advance(900_000);
      ask("/a");
      ask("/b");
      await traffic.flush();
    }
    expect((await traffic.list("g", since)).entries.length).toBeLessThanOrEqual(4);
    clock.advance(8 * 86_400_000);
    ask("/e");
    const late = await traffic.list("g", 0);
    expect(late.entries.map(({ resource }) => resource)).toEqual(["/e"]);
  });
});
