/**
 * Drops the bodies of entries that are older than the operator keeps them. Leaves and nodes stay, so
 * the log still verifies, and the other entries' proofs are what they were. Which keys sign the log is
 * never dropped: whoever verifies it reads that from it.
 */
import { keyActions } from "@berth/audit";
import { sql } from "kysely";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { ActOrigin, ActRecord } from "./trail.ts";

export interface Retention {
  get(): Promise<number | null>;
  set(days: number | null, by: ActOrigin): Promise<void>;
  /** @returns how many bodies were dropped */
  apply(): Promise<number>;
  stop(): void;
}

const dayMs = 86_400_000;
const intervalMs = 3_600_000;
const atOnce = 5_000;
/** The keys of people who are not known here go after so long at the latest. */
const strangerDays = 90;

export function createRetention(options: {
  readonly database: Pick<Database, "kysely">;
  readonly trail: ActRecord;
  readonly ground: Pick<Ground, "clock" | "logger">;
}): Retention {
  const { trail, ground } = options;
  const { kysely } = options.database;

  const get = async () => {
    const row = await kysely
      .selectFrom("trail_setting")
      .select("retention_days")
      .executeTakeFirstOrThrow();
    return row.retention_days;
  };
  const daysAgo = (days: number) => new Date(ground.clock.now() - days * dayMs);

  async function dropOlder(than: Date): Promise<number> {
    const { rows } = await sql`
      update trail_entry set body = null, at = null, organization_id = null, action = null,
        actor_id = null, target_id = null, installation_id = null
      where index in (select index from trail_entry where at < ${than} and body is not null
          and action not in (${keyActions.add}, ${keyActions.retire})
        order by index limit ${atOnce})
      returning index`.execute(kysely);
    return rows.length;
  }

  async function forgetOldKeys(days: number | null): Promise<void> {
    const oldest = daysAgo(Math.min(days ?? strangerDays, strangerDays));
    await kysely
      .deleteFrom("person_key")
      .where("person_id", "like", "strangers-%")
      .where("person_id", "<", `strangers-${oldest.toISOString().slice(0, 10)}`)
      .execute();
    await kysely.deleteFrom("trail_key_use").where("at", "<", daysAgo(1)).execute();
  }

  async function apply(): Promise<number> {
    const days = await get();
    await forgetOldKeys(days);
    if (days === null) return 0;
    let dropped = 0;
    for (;;) {
      const count = await dropOlder(daysAgo(days));
      dropped += count;
      if (count < atOnce) return dropped;
    }
  }

  const timer = setInterval(() => {
    apply().catch((error: unknown) => {
      ground.logger.warn({ err: error }, "Old entries of the audit log were not dropped");
    });
  }, intervalMs);
  timer.unref();

  return {
    get,
    apply,
    stop: () => clearInterval(timer),
    set: (days, by) =>
      kysely.transaction().execute(async (trx) => {
        await trx.updateTable("trail_setting").set({ retention_days: days }).execute();
        await trail.record(trx, {
          ...by,
          action: "audit.retention-set",
          organizationId: null,
          target: { kind: "host", id: "audit" },
          details: { days },
        });
      }),
  };
}
