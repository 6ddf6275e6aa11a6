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

const lookIntervalMs = 20;
const keptMinutes = 10;

export async function announce(
  trx: Transaction<Schema>,
  { kind, subject }: PolicyChange,
): Promise<Announced> {
  const { txid } = await trx
    .insertInto("policy_change")
    .values({ kind, subject })
    .onConflict((on) => on.constraint("policy_change_once").doUpdateSet({ kind }))
    .returning("txid")
    .executeTakeFirstOrThrow();
  // Text in both drivers; only this function makes one.
  return String(txid) as Announced;
}

/** How many nodes may still decide without the change. */
export async function countBehind(kysely: Kysely<Schema>, announced: Announced): Promise<number> {
  const { rows } = await sql<{ readonly behind: number }>`
    select count(*)::int as behind from policy_node
    where lease_until > clock_timestamp()
      and not pg_visible_in_snapshot(${announced}::xid8, seen::pg_snapshot)`.execute(kysely);
  return rows[0]?.behind ?? 0;
}

export async function waitUntilReached(
  kysely: Kysely<Schema>,
  announced: Announced,
): Promise<void> {
  while ((await countBehind(kysely, announced)) > 0) {
    await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
  }
}

/** A node that was away for longer than these are kept forgets everything when it comes back. */
export async function removeOld(kysely: Kysely<Schema>): Promise<void> {
  await sql`delete from policy_change
    where at < clock_timestamp() - make_interval(mins => ${keptMinutes})`.execute(kysely);
  await sql`delete from policy_node
    where lease_until < clock_timestamp() - make_interval(mins => ${keptMinutes})`.execute(kysely);
}

export const keptMs = keptMinutes * 60_000;
