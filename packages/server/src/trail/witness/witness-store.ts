/**
 * What was cosigned last of each log that is witnessed.
 *
 * Invariant: a head moves by comparing and setting in one statement, so that of two different trees of one size
 * one is cosigned, however many requests and nodes there are.
 */
import type { WitnessStore } from "@berth/audit";
import type { Database } from "../../storage/database.ts";

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

export function createWitnessStore({ kysely }: Pick<Database, "kysely">): WitnessStore {
  return {
    async findLatest(origin) {
      const row = await kysely
        .selectFrom("trail_witness_head")
        .select(["size", "root"])
        .where("origin", "=", origin)
        .executeTakeFirst();
      return row && { size: row.size, root: Buffer.from(row.root, "base64") };
    },
    async advance({ from, note, nowMs, origin, to }) {
      const head = { size: to.size, root: base64(to.root), note, at: new Date(nowMs) };
      const moved =
        from === undefined
          ? await kysely
              .insertInto("trail_witness_head")
              .values({ origin, ...head })
              .onConflict((on) => on.column("origin").doNothing())
              .returning("size")
              .executeTakeFirst()
          : await kysely
              .updateTable("trail_witness_head")
              .set(head)
              .where("origin", "=", origin)
              .where("size", "=", from.size)
              .where("root", "=", base64(from.root))
              .returning("size")
              .executeTakeFirst();
      return moved !== undefined;
    },
  };
}
