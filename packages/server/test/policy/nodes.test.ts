/** Leases of nodes that share a PostgreSQL; the embedded database has one process. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  announce,
  countBehind,
  leaseMs,
  type PolicyChange,
  removeOld,
} from "../../src/policy/nodes/changes.ts";
import { type NodeLease, openNodeLease } from "../../src/policy/nodes/lease.ts";
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
    let suspendedMs = 0;
    const lease: NodeLease = await openNodeLease({
      kysely: database.kysely,
      id,
      apply: (one) => void seen.push(one),
      logger: silentLogger,
      monotonic: () => performance.now() + shiftMs,
      wall: () => Date.now() + suspendedMs,
    });
    return {
      lease,
      seen,
      subjects: () => seen.flatMap((one) => (one === "everything" ? [] : [one.subject])),
      skip(ms: number) {
        shiftMs += ms;
      },
      /** The machine sleeps: the monotonic clock stands still with it. */
      suspend(ms: number) {
        suspendedMs += ms;
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

  it("forget everything after an absence longer than changes are kept, whatever their own clock says", async () => {
    await using node = await openNode("away");
    const before = node.seen.length;
    const age = sql`update policy_node set lease_until = lease_until - interval '1 hour' where id = 'away'`;
    // A renewal that is under way writes over it: then once more.
    await expect
      .poll(async () => {
        await age.execute(database.kysely);
        await node.lease.regained(10_000);
        return node.seen.slice(before);
      })
      .toContain("everything");
  });

  it("deny after their machine slept, though its monotonic clock stood still", async () => {
    await using node = await openNode("asleep");
    node.suspend(leaseMs);
    expect(node.lease.isHeld()).toBe(false);
    await node.lease.regained(10_000);
    expect(node.lease.isHeld()).toBe(true);
  });

  it("that a crash of the database has made it forget are waited for, and forget everything themselves", async () => {
    await using node = await openNode("crashed");
    const before = node.seen.length;
    const { rows: times } = await sql<{
      readonly at: Date;
    }>`select clock_timestamp() as at`.execute(database.kysely);
    await sql`truncate policy_node`.execute(database.kysely);
    await createPolicyChanges(database).reached(await announceNow("after the crash"));
    // As long as a lease that was given just before: whoever held it is not known any more.
    const { rows } = await sql<{ readonly waited: boolean }>`
      select clock_timestamp() >= ${times[0]?.at}::timestamptz + interval '500 ms' as waited`.execute(
      database.kysely,
    );
    expect(rows).toEqual([{ waited: true }]);
    await expect.poll(() => node.seen.slice(before)).toContain("everything");
  });

  it("find a change however late it was committed, and however old it is", async () => {
    await using node = await openNode("behind");
    await sql`insert into policy_node (id, lease_until, seen)
      values ('slow', clock_timestamp() - interval '1 minute', pg_current_snapshot()::text)`.execute(
      database.kysely,
    );
    const old = await announceNow("old");
    await createPolicyChanges(database).reached(old);
    await sql`update policy_change set at = at - interval '1 hour'`.execute(database.kysely);
    const kept = async () => {
      await removeOld(database.kysely);
      const rows = await database.kysely.selectFrom("policy_change").select("subject").execute();
      return rows.map(({ subject }) => subject);
    };
    expect(await kept()).toContain("old");
    await sql`update policy_node set seen = pg_current_snapshot()::text where id = 'slow'`.execute(
      database.kysely,
    );
    await expect.poll(kept).not.toContain("old");
    expect(node.subjects()).toContain("old");
  });

  it("that wait for a lease are told at once, each, and are not remembered after they gave up", async () => {
    await using node = await openNode("waited");
    node.skip(leaseMs);
    const waits = Array.from({ length: 2_000 }, () => node.lease.regained(10_000));
    await Promise.all(waits);
    expect(node.lease.isHeld()).toBe(true);
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
