/**
 * Changes the master key: unwraps every key that it wraps and wraps it by the new one.
 *
 * What those keys seal is not touched. A batch is a transaction, and each row says which master key
 * wraps it, so that a rotation that was killed goes on where it stood when it is asked for again.
 * Invariant: a row is written only after the new wrapping was opened again and gave the same key.
 */
import { timingSafeEqual } from "node:crypto";
import { BerthError } from "@berth/protocol";
import { type Kysely, sql } from "kysely";
import type { KeyService } from "./key-service/key-service.ts";
import { hostKeyContext, organizationKeyContext } from "./key-store.ts";
import type { Schema } from "./schema.ts";

export interface RotateMasterOptions {
  /** Of a database that no server uses: one that runs would go on with the old key. */
  readonly kysely: Kysely<Schema>;
  readonly from: KeyService;
  readonly to: KeyService;
  /** Keys a transaction. Default 100. */
  readonly batchRows?: number;
  /** After every batch. */
  readonly onProgress?: (rewrapped: number) => void | Promise<void>;
}

interface Place {
  readonly table: "host_key" | "organization_key";
  readonly column: "name" | "organization_id";
  contextOf(id: string): string;
}

/** The host's first: from then on nobody adds a key under the old master key. */
const places: readonly Place[] = [
  { table: "host_key", column: "name", contextOf: () => hostKeyContext },
  { table: "organization_key", column: "organization_id", contextOf: organizationKeyContext },
];

/**
 * @returns how many keys were wrapped anew; 0 when all were already
 * @throws MASTER_KEY_WRONG when one is wrapped by neither key; then the batches before are done
 */
export async function rotateMaster(options: RotateMasterOptions): Promise<number> {
  const { kysely, to } = options;
  const newId = await to.currentId();
  let total = 0;
  for (const place of places) {
    for (;;) {
      const count = await rotateBatch(options, place, newId);
      if (count === 0) break;
      total += count;
      await options.onProgress?.(total);
    }
  }
  for (const { table } of places) {
    const { rows } = await sql`select 1 from ${sql.table(table)}
      where master_id <> ${newId} limit 1`.execute(kysely);
    if (rows.length > 0) {
      throw new BerthError(
        "MASTER_KEY_WRONG",
        "A key was added under the old master key meanwhile; stop every server of this database and rotate again.",
      );
    }
  }
  return total;
}

async function rotateBatch(
  { kysely, from, to, batchRows = 100 }: RotateMasterOptions,
  { table, column, contextOf }: Place,
  newId: string,
): Promise<number> {
  return kysely.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string; wrapped: string }>`
      select ${sql.ref(column)} as id, wrapped from ${sql.table(table)}
      where master_id <> ${newId} order by 1 limit ${batchRows} for update`.execute(trx);
    for (const { id, wrapped } of rows) {
      const context = contextOf(id);
      const key = await from.unwrap(wrapped, context);
      const next = await to.wrap(key, context);
      const again = await to.unwrap(next.wrapped, context);
      if (next.masterId !== newId || !timingSafeEqual(key, again)) {
        throw new BerthError(
          "MASTER_KEY_WRONG",
          `The new master key does not open what it wrapped (${context}); nothing of this batch was written.`,
        );
      }
      await sql`update ${sql.table(table)}
        set wrapped = ${next.wrapped}, master_id = ${next.masterId}
        where ${sql.ref(column)} = ${id}`.execute(trx);
    }
    return rows.length;
  });
}
