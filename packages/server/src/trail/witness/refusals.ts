/**
 * Keeps what a witnessed log's key signed and was not cosigned: two notes of one size under one key prove that the
 * log told two histories.
 *
 * Trust: the log is hostile, and signs whatever it likes; so many are kept and no more.
 */
import type { WitnessRefusal } from "@berth/audit";
import { bySystem } from "../../http/actor.ts";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { ActRecord } from "../trail.ts";

/** Kept for each log and kind; the first ones, as what began it tells most. */
const maxRefusals = 20;

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

export interface RefusalsOptions extends Pick<Database, "kysely"> {
  readonly trail: ActRecord;
  readonly logger: Ground["logger"];
  readonly now: () => Date;
}

export function createRefusals({
  kysely,
  logger,
  now,
  trail,
}: RefusalsOptions): (refusal: WitnessRefusal) => Promise<void> {
  return async ({ kind, note, origin, root, size }) => {
    const isNew = await kysely.transaction().execute(async (trx) => {
      const { count } = await trx
        .selectFrom("trail_witness_refusal")
        .select((by) => by.fn.countAll<number>().as("count"))
        .where("origin", "=", origin)
        .where("kind", "=", kind)
        .executeTakeFirstOrThrow();
      if (Number(count) >= maxRefusals) return false;
      const kept = await trx
        .insertInto("trail_witness_refusal")
        .values({ origin, kind, size, root: base64(root), note, at: now() })
        .onConflict((on) => on.doNothing())
        .returning("size")
        .executeTakeFirst();
      if (kept === undefined) return false;
      // Without a proof anybody could have sent it on; two trees of one size only the log's key can make.
      if (kind === "another-root") {
        await trail.record(trx, {
          ...bySystem,
          action: "audit.witness.contradiction",
          organizationId: null,
          target: { kind: "audit-log", id: origin },
          details: { size, root: base64(root) },
        });
      }
      return true;
    });
    if (isNew) logger.warn({ origin, kind, size }, "A log that is witnessed was not cosigned");
  };
}
