/**
 * How entries become rows, of which each database has its quickest way: PostgreSQL an insert from one
 * JSON parameter, the embedded one a `copy`.
 */
import { sql, type Transaction } from "kysely";
import type { Database } from "../storage/database.ts";
import { copyInto, formatField } from "../storage/embedded/copy-input.ts";
import type { Schema } from "../storage/schema.ts";
import { columnsOf } from "./entry.ts";

export interface EntryRows {
  /** All of an entry's row but its index, as `insert` takes it. */
  format(body: string, leafHex: string): string;
  /** The first at that index, the others after it. */
  insert(trx: Transaction<Schema>, fromIndex: number, rows: readonly string[]): Promise<void>;
}

const columns =
  "index, leaf, body, at, organization_id, action, actor_id, target_id, installation_id";

const inserted: EntryRows = {
  format(body, leaf) {
    return JSON.stringify({ leaf, body, ...columnsOf(body) }).slice(1);
  },
  async insert(trx, fromIndex, rows) {
    const texts = rows.map((row, at) => `{"index":${fromIndex + at},${row}`);
    await sql`insert into trail_entry (${sql.raw(columns)})
      select index, decode(leaf, 'hex'), body, at, organization_id, action, actor_id, target_id, installation_id
      from json_to_recordset(${`[${texts.join(",")}]`}::json) as entry
      (index bigint, leaf text, body text, at timestamptz, organization_id text, action text,
       actor_id text, target_id text, installation_id text)`.execute(trx);
  },
};

const copied: EntryRows = {
  format(body, leaf) {
    const { at, organization_id, action, actor_id, target_id, installation_id } = columnsOf(body);
    const searched = [at, organization_id, action, actor_id, target_id, installation_id];
    return `\\\\x${leaf}\t${formatField(body)}\t${searched.map(formatField).join("\t")}`;
  },
  async insert(trx, fromIndex, rows) {
    const lines = rows.map((row, at) => `${fromIndex + at}\t${row}`);
    await trx.executeQuery(copyInto("trail_entry", columns, lines));
  },
};

export function entryRowsOf({ kind }: Pick<Database, "kind">): EntryRows {
  return kind === "pglite" ? copied : inserted;
}
