/** Leases of nodes that share a PostgreSQL; the embedded database has one process. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { announce, countBehind, type PolicyChange } from "../../src/policy/nodes/changes.ts";
import { leaseMs, type NodeLease, openNodeLease } from "../../src/policy/nodes/lease.ts";
import { policyNodeMigrations } from "../../src/policy/nodes/migrations.ts";
import { createPolicyChanges, openPolicyNodes } from "../../src/policy/nodes/open-nodes.ts";
import {
  databasesUnderTest,
  openTestDatabase,
  silentLogger,
  type TestDatabase,
} from "../support/databases.ts";

const change = (subject: string): PolicyChange => ({ kind: "installation", subject });

describe.each(databasesUnderTest().filter((kind) => kind === "postgres"))("nodes on %s", (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(kind, policyNodeMigrations);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  const announceNow = (subject: string) =>
    database.kysely.transaction().execute((trx) => announce(trx, change(subject)));

  /** A node whose time stands still when the test says so. */
  async function openNode(id: string) {
    const seen: (PolicyChange | "everything")[] = [];
    let shiftMs = 0;
    const lease: NodeLease = await openNodeLease({
      kysely: database.kysely,
      id,
      apply: (one) => void seen.push(one),
      logger: silentLogger,
      monotonic: () => performance.now() + shiftMs,
    });
    return {
      lease,
      seen,
      subjects: () => seen.flatMap((one) => (one === "everything" ? [] : [one.subject])),
      skip(ms: number) {
        shiftMs += ms;
      },
      [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose](),
    };
  }

  it("hold their leases, and act by a change before whoever made it is answered", async () => {
    await using one = await openNode("one");
    await using two = await openNode("two");
    expect([one.lease.isHeld(), two.lease.isHeld()]).toEqual([true, true]);
    const { reached } = createPolicyChanges(database);
    for (let round = 0; round < 5; round += 1) {
      const subject = `i${round}`;
      await reached(await announceNow(subject));
      expect(one.subjects()).toContain(subject);
      expect(two.subjects()).toContain(subject);
    }
    expect(new Set(two.subjects()).size).toBe(two.subjects().length);
  });

  it("see a change whose transaction began before others and committed after them", async () => {
    await using node = await openNode("late");
    const late = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const slow = database.kysely.transaction().execute(async (trx) => {
      const announced = await announce(trx, change("slow"));
      begun.resolve();
      await late.promise;
      return announced;
    });
    await begun.promise;
    const { reached } = createPolicyChanges(database);
    await reached(await announceNow("quick"));
    expect(node.subjects()).toEqual(["quick"]);
    late.resolve();
    await reached(await slow);
    expect(node.subjects()).toEqual(["quick", "slow"]);
  });

  it("see nothing of a change that was rolled back, and wait for nobody", async () => {
    await using node = await openNode("rolled");
    await expect(
      database.kysely.transaction().execute(async (trx) => {
        await announce(trx, change("undone"));
        throw new Error("not done");
      }),
    ).rejects.toThrow("not done");
    await createPolicyChanges(database).reached(await announceNow("done"));
    expect(node.subjects()).toEqual(["done"]);
  });

  it("deny from the end of the lease after the last renewal was sent, to the millisecond", async () => {
    await using node = await openNode("skips");
    expect(node.lease.isHeld()).toBe(true);
    node.skip(leaseMs);
    expect(node.lease.isHeld()).toBe(false);
    await node.lease.regained(10_000);
    expect(node.lease.isHeld()).toBe(true);
  });

  it("are waited for while they are silent, and no longer than their lease", async () => {
    // A node that was killed: its row is all that is left of it.
    await sql`insert into policy_node (id, lease_until, seen)
      values ('dead', clock_timestamp() + interval '400 ms', pg_current_snapshot()::text)`.execute(
      database.kysely,
    );
    const announced = await announceNow("while dead");
    expect(await countBehind(database.kysely, announced)).toBe(1);
    await createPolicyChanges(database).reached(announced);
    const { rows } = await sql<{ readonly over: boolean }>`
      select lease_until <= clock_timestamp() as over from policy_node where id = 'dead'`.execute(
      database.kysely,
    );
    expect(rows).toEqual([{ over: true }]);
  });

  it("go without a trace, so that nobody waits for them", async () => {
    const node = await openNode("goes");
    await node[Symbol.asyncDispose]();
    expect(node.lease.isHeld()).toBe(false);
    const left = await database.kysely
      .selectFrom("policy_node")
      .select("id")
      .where("id", "=", "goes")
      .execute();
    expect(left).toEqual([]);
  });

  it("forget everything after an absence longer than changes are kept", async () => {
    await using node = await openNode("away");
    const before = node.seen.length;
    node.skip(3_600_000);
    await node.lease.regained(10_000);
    expect(node.seen.slice(before)).toContain("everything");
  });
});

it("a process on the embedded database always may decide, and tells nobody", async () => {
  await using database = await openTestDatabase("pglite", policyNodeMigrations);
  await using nodes = await openPolicyNodes({
    ...{ database, id: "alone", logger: silentLogger },
    apply: () => expect.unreachable("nobody changes anything here"),
  });
  expect(nodes.lease.isHeld()).toBe(true);
  expect(nodes.lease.regained(1)).toBeUndefined();
  const changes = createPolicyChanges(database);
  await database.kysely.transaction().execute(async (trx) => {
    await changes.reached(await changes.announce(trx, change("i1")));
  });
  const rows = await database.kysely.selectFrom("policy_change").selectAll().execute();
  expect(rows).toEqual([]);
});
