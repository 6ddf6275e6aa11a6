/** Reads the log's tree: its head, its nodes, its checkpoints. */
import { addCosignatures, type Frontier, type NodeReader } from "@berth/audit";
import { sql } from "kysely";
import type { Database } from "../storage/database.ts";
import { parseFrontier } from "./append.ts";
import { foldRows, rowsOf } from "./kept-nodes.ts";

export interface StoredCheckpoint {
  readonly size: number;
  readonly note: string;
  readonly at: Date;
}

export interface LogStore extends NodeReader {
  head(): Promise<Frontier>;
  /** The newest, of at most that size when one is given. */
  findCheckpoint(maxSize?: number): Promise<StoredCheckpoint | undefined>;
  /** The first that has the entry of that index in it. */
  findCheckpointOver(index: number): Promise<StoredCheckpoint | undefined>;
  /** Keeps one; of two of the same size the first. */
  addCheckpoint(checkpoint: StoredCheckpoint): Promise<void>;
  /** Puts what witnesses signed below the checkpoint of that size, beside what others of them did. */
  addCosignatures(size: number, cosignatures: readonly string[]): Promise<void>;
}

export function createLogStore({ kysely }: Pick<Database, "kysely">): LogStore {
  const checkpoints = () => kysely.selectFrom("trail_checkpoint").select(["size", "note", "at"]);
  return {
    async head() {
      const { size, frontier } = await kysely
        .selectFrom("trail_head")
        .select(["size", "frontier"])
        .executeTakeFirstOrThrow();
      return parseFrontier(size, frontier);
    },

    async readNodes(ids) {
      const rowsById = ids.map(rowsOf);
      const wanted = rowsById.flat().map(({ level, index }, at) => ({ at, level, index }));
      const { rows } = await sql<{ at: number; hash: Uint8Array | null }>`
        select wanted.at, coalesce(entry.leaf, node.hash) as hash
        from json_to_recordset(${JSON.stringify(wanted)}::json)
          as wanted (at integer, level smallint, index bigint)
        left join trail_entry entry on wanted.level = 0 and entry.index = wanted.index
        left join trail_node node on wanted.level > 0
          and node.level = wanted.level and node.index = wanted.index`.execute(kysely);
      const found = new Map(rows.map(({ at, hash }) => [at, hash ?? undefined]));
      let at = 0;
      return rowsById.map((each) => foldRows(each.map(() => found.get(at++))));
    },

    findCheckpoint: (maxSize) =>
      checkpoints()
        .$if(maxSize !== undefined, (query) => query.where("size", "<=", maxSize ?? 0))
        .orderBy("size", "desc")
        .limit(1)
        .executeTakeFirst(),

    findCheckpointOver: (index) =>
      checkpoints().where("size", ">", index).orderBy("size").limit(1).executeTakeFirst(),

    async addCheckpoint(checkpoint) {
      await kysely
        .insertInto("trail_checkpoint")
        .values(checkpoint)
        .onConflict((on) => on.column("size").doNothing())
        .execute();
    },

    addCosignatures: (size, cosignatures) =>
      kysely.transaction().execute(async (trx) => {
        const kept = await trx
          .selectFrom("trail_checkpoint")
          .select("note")
          .where("size", "=", size)
          .forUpdate()
          .executeTakeFirst();
        if (kept === undefined) return;
        // What is cosigned is the text, which another server's checkpoint of this size shares.
        const note = addCosignatures(kept.note, cosignatures);
        await trx.updateTable("trail_checkpoint").set({ note }).where("size", "=", size).execute();
      }),
  };
}
