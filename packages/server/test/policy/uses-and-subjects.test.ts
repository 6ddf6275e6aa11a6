/** What the policy remembers: when grants were used, and who is who. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installationMigrations } from "../../src/installation/migrations.ts";
import { openLastUses } from "../../src/policy/last-uses.ts";
import { createRateUses } from "../../src/policy/rate-uses.ts";
import { createSubjectSource, type Standing } from "../../src/policy/subjects.ts";
import { createWhoCalls } from "../../src/policy/who-calls.ts";
import {
  databasesUnderTest,
  openTestDatabase,
  silentLogger,
  type TestDatabase,
} from "../support/databases.ts";
import { createTestClock } from "../support/services.ts";

describe("uses of a grant with a rate", () => {
  it("are counted within any window, and forgotten when they have left it", () => {
    const clock = createTestClock();
    const uses = createRateUses(clock);
    const rate = { maxCalls: 2, windowMs: 1_000 };
    // Nobody asked how often it was used, so nobody will.
    uses.note("other");
    expect(uses.size()).toBe(0);
    expect(uses.count("g", 1_000)).toBe(0);
    uses.note("g");
    clock.advance(600);
    uses.note("g");
    expect([uses.count("g", 1_000), uses.waitMs("g", rate)]).toEqual([2, 400]);
    clock.advance(399);
    expect(uses.count("g", 1_000)).toBe(2);
    clock.advance(1);
    expect([uses.count("g", 1_000), uses.waitMs("g", rate)]).toEqual([1, 0]);
    clock.advance(120_000);
    uses.count("h", 1_000);
    expect(uses.size()).toBe(1);
  });

  it("count no longer than their window after the clock was set back", () => {
    const clock = createTestClock();
    const uses = createRateUses(clock);
    uses.count("g", 1_000);
    uses.note("g");
    clock.advance(-86_400_000);
    expect(uses.count("g", 1_000)).toBe(1);
    clock.advance(1_000);
    expect(uses.count("g", 1_000)).toBe(0);
  });

  it("are bounded however often it is used", () => {
    const clock = createTestClock();
    const uses = createRateUses(clock);
    uses.count("g", 86_400_000);
    for (let n = 0; n < 30_000; n += 1) uses.note("g");
    expect(uses.count("g", 86_400_000)).toBe(10_000);
  });
});

describe("who is who", () => {
  function openSubjects() {
    const clock = createTestClock();
    const standings = new Map<string, Standing>();
    const reads: string[] = [];
    const subjects = createSubjectSource({
      ground: { clock, logger: silentLogger },
      async read(organization, person) {
        reads.push(person);
        return standings.get(`${organization} ${person}`) ?? null;
      },
    });
    return { clock, standings, reads, subjects };
  }
  const staff = (role: string): Standing => ({ roles: [role], groups: ["staff"] });

  it("is read once, at once anew after a change, and in the background when it is a minute old", async () => {
    const { clock, standings, reads, subjects } = openSubjects();
    standings.set("acme ada", staff("member"));
    expect(subjects.find("acme", "ada")).toBeUndefined();
    await subjects.load("acme", "ada");
    standings.set("acme ada", staff("admin"));
    expect(subjects.find("acme", "ada")).toEqual(staff("member"));
    expect(reads).toHaveLength(1);
    let changes = 0;
    subjects.onChange(() => {
      changes += 1;
    });
    subjects.invalidate("acme", "ada");
    expect(changes).toBe(1);
    expect(subjects.find("acme", "ada")).toBeUndefined();
    await subjects.load("acme", "ada");
    // Another process changes it, and tells nobody here.
    standings.set("acme ada", staff("auditor"));
    clock.advance(60_000);
    expect(subjects.find("acme", "ada")).toEqual(staff("admin"));
    await expect.poll(() => subjects.find("acme", "ada")).toEqual(staff("auditor"));
    clock.advance(300_000);
    expect(subjects.find("acme", "ada")).toBeUndefined();
    // Who comes as who they were is not read anew.
    await subjects.load("acme", "ada");
    subjects.noteRole("acme", "ada", "auditor");
    expect(changes).toBe(1);
    subjects.noteRole("acme", "ada", "owner");
    expect(changes).toBe(2);
  });

  it("is asked anew when nobody knows how old it is, and by whoever forgets everything", async () => {
    const { clock, standings, subjects } = openSubjects();
    standings.set("acme ada", staff("member"));
    await subjects.load("acme", "ada");
    clock.advance(-3_600_000);
    expect(subjects.find("acme", "ada")).toBeUndefined();
    await subjects.load("acme", "ada");
    expect(subjects.find("acme", "ada")).toEqual(staff("member"));
    subjects.invalidateAll();
    expect(subjects.find("acme", "ada")).toBeUndefined();
  });

  it("is not kept when it changed while it was read", async () => {
    const { standings, subjects } = openSubjects();
    standings.set("acme ada", staff("member"));
    const before = subjects.load("acme", "ada");
    subjects.invalidate("acme");
    await before;
    expect(subjects.find("acme", "ada")).toBeUndefined();
  });

  it("is nobody who may call for who is no member any longer; a token without a person acts as the app", async () => {
    const { standings, subjects } = openSubjects();
    const { subjectOf, asOfNow } = createWhoCalls(subjects);
    const acme = { organizationId: "acme" };
    const person = { id: "ada", secondFactorAt: 5 };
    standings.set("acme ada", staff("member"));
    const subject = await subjectOf(acme, { person }, "192.0.2.1");
    expect(subject).toEqual({
      ...{ personId: "ada", ...staff("member"), address: "192.0.2.1", secondFactorAt: 5 },
    });
    if (subject === null) throw new Error("The token named somebody.");
    standings.clear();
    subjects.invalidate("acme", "ada");
    await expect(async () => asOfNow(acme, subject)).rejects.toMatchObject({
      code: "AUTH_REQUIRED",
    });
    expect(() => subjectOf(acme, { person }, null)).toThrow(/no member/);
    expect(await subjectOf(acme, { person: undefined }, null)).toBeNull();
  });
});

describe.each(databasesUnderTest())("last uses on %s", (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(kind, installationMigrations);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it("are written in groups, the latest alone, and what is left at the end", async () => {
    const { kysely } = database;
    const at = new Date();
    const text = { app: "a/b", version: "1.0.0", digest: "d", state: "running", data_key: "k" };
    await kysely
      .insertInto("installation")
      .values({
        ...{ id: "i1", organization_id: "org1", ...text, manifest: "{}", resources: "{}" },
        ...{ config: "{}", config_hash: "h", installed_by: "p", installed_at: at, updated_at: at },
        ...{ revision: 1, state_reason: null, last_run_id: null },
      })
      .execute();
    await kysely
      .insertInto("installation_grant")
      .values(
        ["g1", "g2"].map((id, position) => ({
          ...{ id, position, installation_id: "i1", type: "api", resource: "/a", actions: "[]" },
          ...{ reason: null, is_optional: false, granted_by: "p", granted_at: at },
        })),
      )
      .execute();
    const clock = createTestClock();
    const uses = openLastUses({ database, ground: { clock, logger: silentLogger } });
    const written = async () => {
      const rows = await kysely
        .selectFrom("installation_grant")
        .select("last_used_at")
        .orderBy("id")
        .execute();
      return rows.map(({ last_used_at }) => last_used_at?.getTime() ?? null);
    };
    uses.note("g1");
    uses.note("revoked-meanwhile");
    clock.advance(1_000);
    uses.note("g1");
    expect(await written()).toEqual([null, null]);
    await uses.flush();
    const first = clock.now();
    expect(await written()).toEqual([first, null]);
    expect(uses.find("g1")).toBeUndefined();
    // A clock that was set back must not make a use older.
    clock.advance(-5_000);
    uses.note("g1");
    uses.note("g2");
    await uses[Symbol.asyncDispose]();
    expect(await written()).toEqual([first, clock.now()]);
  });
});
