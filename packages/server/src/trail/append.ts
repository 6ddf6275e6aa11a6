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
import { columnsOf } from "./entry.ts";

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

/** @param bodies - in their order; at least one @returns the head after them */
export async function appendEntries(
  trx: Transaction<Schema>,
  head: Frontier,
  bodies: readonly string[],
): Promise<Frontier> {
  const leaves = bodies.map((body) => leafHash(body));
  const { frontier, nodes } = appendLeaves(head, leaves);
  const entries = bodies.map((body, at) => ({
    index: head.size + at,
    leaf: hexOf(leaves[at] ?? new Uint8Array()),
    body,
    ...columnsOf(body),
  }));
  // One parameter, whose text both databases read alike.
  await sql`insert into trail_entry
    (index, leaf, body, at, organization_id, action, actor_id, target_id, installation_id)
    select index, decode(leaf, 'hex'), body, at, organization_id, action, actor_id, target_id, installation_id
    from json_to_recordset(${JSON.stringify(entries)}::json) as entry
    (index bigint, leaf text, body text, at timestamptz, organization_id text, action text,
     actor_id text, target_id text, installation_id text)`.execute(trx);
  if (nodes.length > 0) {
    const rows = nodes.map(({ level, index, hash }) => ({ level, index, hash: hexOf(hash) }));
    await sql`insert into trail_node (level, index, hash)
      select level, index, decode(hash, 'hex')
      from json_to_recordset(${JSON.stringify(rows)}::json) as node
      (level smallint, index bigint, hash text)`.execute(trx);
  }
  await trx
    .updateTable("trail_head")
    .set({ size: frontier.size, frontier: frontier.hashes.map(hexOf).join(" ") })
    .execute();
  return frontier;
}
