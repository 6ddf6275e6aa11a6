/**
 * Moves one group of what waits into the log, in one transaction: acts from their table, in the order
 * of their commit, then decisions from this process' spools.
 *
 * Invariant: each is in the log once. An act leaves its table in the transaction that brings it into
 * the log; of a spool the log keeps the last number that it has, so that records which are read again
 * after a crash are passed over.
 */

import { setImmediate } from "node:timers/promises";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../storage/database.ts";
import type { Schema } from "../storage/schema.ts";
import { appendEntries, lockHead, type PreparedEntry, prepareEntry } from "./append.ts";
import { type EntryRows, entryRowsOf } from "./entry-rows.ts";
import type { SpoolGroup } from "./spool/read-spool.ts";

/** Of each kind, at a time. */
export const maxGroup = 2_000;
/** About a millisecond's worth. */
const preparedAtOnce = 100;

/** Whether acts wait, without a lock: most of the time there are none. */
export async function hasActs(kysely: Pick<Kysely<Schema>, "selectFrom">): Promise<boolean> {
  const row = await kysely.selectFrom("trail_act").select("id").limit(1).executeTakeFirst();
  return row !== undefined;
}

/**
 * Transactions commit in another order than that of their ids, so only what lies below the oldest one
 * that still runs is taken: nothing can come before it any more.
 */
async function takeActs(trx: Transaction<Schema>): Promise<readonly string[]> {
  const { rows } = await sql<{ body: string }>`
    with next as (
      select id from trail_act where txid < pg_snapshot_xmin(pg_current_snapshot())
      order by txid, id limit ${maxGroup}),
    taken as (delete from trail_act using next where trail_act.id = next.id
      returning trail_act.id, txid, body)
    select body from taken order by txid, id`.execute(trx);
  return rows.map(({ body }) => body);
}

interface PreparedRecord {
  readonly number: number;
  readonly entry: PreparedEntry;
}

/** Before the transaction, which others wait for; and requests have their turn in between. */
async function prepareRecords(
  rows: EntryRows,
  group: SpoolGroup | undefined,
): Promise<readonly PreparedRecord[]> {
  const prepared: PreparedRecord[] = [];
  for (const { number, payload } of group?.records ?? []) {
    prepared.push({ number, entry: prepareEntry(rows, payload) });
    if (prepared.length % preparedAtOnce === 0) await setImmediate();
  }
  return prepared;
}

async function takeRecords(
  trx: Transaction<Schema>,
  spoolId: string,
  prepared: readonly PreparedRecord[],
): Promise<readonly PreparedEntry[]> {
  const row = await trx
    .selectFrom("trail_spool")
    .select("through")
    .where("id", "=", spoolId)
    .executeTakeFirst();
  const known = row?.through ?? 0;
  const last = prepared.at(-1)?.number ?? 0;
  if (last > known) {
    await trx
      .insertInto("trail_spool")
      .values({ id: spoolId, through: last })
      .onConflict((on) => on.column("id").doUpdateSet({ through: last }))
      .execute();
  }
  return prepared.filter(({ number }) => number > known).map(({ entry }) => entry);
}

export interface Sequenced {
  readonly count: number;
  /** Acts are committed that a transaction which began before them still holds back. */
  readonly isHeldBack: boolean;
}

/**
 * @param spooled - what is next of a spool; its `done` is the caller's to call, after this
 */
export async function sequenceGroup(
  database: Pick<Database, "kind" | "kysely">,
  spooled: SpoolGroup | undefined,
  more: readonly string[] = [],
): Promise<Sequenced> {
  const rows = entryRowsOf(database);
  const prepare = (body: string) => prepareEntry(rows, body);
  const prepared = await prepareRecords(rows, spooled);
  return database.kysely.transaction().execute(async (trx) => {
    const head = await lockHead(trx);
    const acts = await takeActs(trx);
    const decisions =
      spooled === undefined ? [] : await takeRecords(trx, spooled.spoolId, prepared);
    const entries = [...acts.map(prepare), ...decisions, ...more.map(prepare)];
    if (entries.length > 0) await appendEntries(trx, rows, head, entries);
    const isHeldBack = acts.length < maxGroup && (await hasActs(trx));
    return { count: entries.length, isHeldBack };
  });
}
