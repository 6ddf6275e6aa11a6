/**
 * What changed for deciding, told to every node that shares the database.
 *
 * A change is a row of the transaction that makes it. Whether a node has applied it is read off the
 * snapshot up to which the node has: rows commit out of order, and a number alone would hide that.
 */
import { type Kysely, sql, type Transaction } from "kysely";
import type { Schema } from "../../storage/schema.ts";

export interface PolicyChange {
  /**
   * What memory is to be forgotten of: an installation, who people are in an organization, the policies
   * of an owner, or a session, which is over.
   */
  readonly kind: "installation" | "organization" | "policies" | "session";
  /** Its id; of policies, their owner's. */
  readonly subject: string;
}

/** A change that was announced, for whoever waits until it has reached every node. */
export type Announced = string & { readonly announced: unique symbol };

/** Reached once nobody acts by what was before. */
export interface PolicyChanges {
  /** In the transaction that changes it. */
  announce(trx: Transaction<Schema>, change: PolicyChange): Promise<Announced>;
  /**
   * Resolves when no node decides by what was before: each has applied the change, or its lease has
   * run out and it denies. At most the length of a lease, after the transaction has committed.
   */
  reached(announced: Announced): Promise<void>;
}

/** DESIGN's bound for how long a node may act by what was before, in milliseconds. */
export const leaseMs = 500;
const lookIntervalMs = 20;
const keptMinutes = 10;
const graceSeconds = 10;
/** The table of nodes is not logged, so a crash of the database empties it; see `raiseFence`. */
const fenceId = "";

export async function announce(
  trx: Transaction<Schema>,
  { kind, subject }: PolicyChange,
): Promise<Announced> {
  // Said once in a transaction; nothing that is there is read or changed, which an organization's login may not.
  const { rows } = await sql<{ readonly txid: string }>`
    with added as (
      insert into policy_change (kind, subject) values (${kind}, ${subject}) on conflict do nothing
    )
    select pg_current_xact_id()::text as txid`.execute(trx);
  // Text in both drivers; only this function makes one.
  return (rows[0]?.txid ?? "") as Announced;
}

/** How many nodes may still decide without the change. */
export async function countBehind(kysely: Kysely<Schema>, announced: Announced): Promise<number> {
  const { rows } = await sql<{ readonly behind: number }>`
    select count(*)::int as behind from policy_node
    where lease_until > clock_timestamp()
      and not pg_visible_in_snapshot(${announced}::xid8, seen::pg_snapshot)`.execute(kysely);
  return rows[0]?.behind ?? 0;
}

/**
 * A row that stands for nodes which the database has forgotten, as after a crash, and which may believe their
 * memory for a lease's length: made where it is missing, it is waited for as they would be.
 */
export async function raiseFence(kysely: Kysely<Schema>): Promise<void> {
  await sql`insert into policy_node (id, lease_until, seen)
    values (${fenceId}, clock_timestamp() + make_interval(secs => ${leaseMs / 1_000}), '1:1:')
    on conflict do nothing`.execute(kysely);
}

export async function waitUntilReached(
  kysely: Kysely<Schema>,
  announced: Announced,
): Promise<void> {
  await raiseFence(kysely);
  while ((await countBehind(kysely, announced)) > 0) {
    await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
  }
}

/** Nodes that held a lease within the last few seconds. */
export async function listLiving(kysely: Kysely<Schema>): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly id: string }>`select id from policy_node
    where id <> ${fenceId}
      and lease_until > clock_timestamp() - make_interval(secs => ${graceSeconds})`.execute(kysely);
  return rows.map(({ id }) => id);
}

/**
 * Removes nodes that are long away, and changes that every other has applied, however late they were
 * committed. A node that was away for so long forgets everything when it comes back.
 */
export async function removeOld(kysely: Kysely<Schema>): Promise<void> {
  await sql`delete from policy_node where id <> ${fenceId}
    and lease_until < clock_timestamp() - make_interval(mins => ${keptMinutes})`.execute(kysely);
  await sql`delete from policy_change
    where at < clock_timestamp() - make_interval(mins => ${keptMinutes})
      and not exists (select from policy_node where id <> ${fenceId}
        and not pg_visible_in_snapshot(policy_change.txid, seen::pg_snapshot))`.execute(kysely);
}

/** A node that renewed its lease since then finds every change that it has not applied. */
export const rememberedMinutes = keptMinutes / 2;
