/**
 * Appends entries to the log's tree.
 *
 * Invariant: entries, nodes and the head change in one transaction, under the lock on the head's one
 * row, so there is one writer at a time however many nodes there are, and one that lost its database
 * connection has written nothing.
 */
import { appendLeaves, type Frontier, leafHash } from "@berth/audit";
import { sql, type Transaction } from "kysely";
import type { Schema } from "../storage/schema.ts";
import type { EntryRows } from "./entry-rows.ts";
import { isKept } from "./kept-nodes.ts";

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

export function parseFrontier(size: number, text: string): Frontier {
  const hashes = text === "" ? [] : text.split(" ").map((hex) => Buffer.from(hex, "hex"));
  return { size, hashes };
}

/** The head, which nobody else appends to until the transaction ends. */
export async function lockHead(trx: Transaction<Schema>): Promise<Frontier> {
  const { size, frontier } = await trx
    .selectFrom("trail_head")
    .select(["size", "frontier"])
    .forUpdate()
    .executeTakeFirstOrThrow();
  return parseFrontier(size, frontier);
}

/** An entry that has no place yet. */
export interface PreparedEntry {
  readonly leaf: Uint8Array;
  readonly row: string;
}

export function prepareEntry(rows: EntryRows, body: string): PreparedEntry {
  const leaf = leafHash(body);
  return { leaf, row: rows.format(body, hexOf(leaf)) };
}

/** @param entries - in their order; at least one @returns the head after them */
export async function appendEntries(
  trx: Transaction<Schema>,
  rows: EntryRows,
  head: Frontier,
  entries: readonly PreparedEntry[],
): Promise<Frontier> {
  const leaves = entries.map(({ leaf }) => leaf);
  const { frontier, nodes } = appendLeaves(head, leaves);
  await rows.insert(
    trx,
    head.size,
    entries.map(({ row }) => row),
  );
  const kept = nodes.filter(isKept);
  if (kept.length > 0) {
    const texts = kept.map(({ level, index, hash }) => ({ level, index, hash: hexOf(hash) }));
    await sql`insert into trail_node (level, index, hash)
      select level, index, decode(hash, 'hex')
      from json_to_recordset(${JSON.stringify(texts)}::json) as node
      (level smallint, index bigint, hash text)`.execute(trx);
  }
  await trx
    .updateTable("trail_head")
    .set({ size: frontier.size, frontier: frontier.hashes.map(hexOf).join(" ") })
    .execute();
  return frontier;
}
