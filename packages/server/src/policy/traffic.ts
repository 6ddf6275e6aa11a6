/**
 * Recent accesses that grants allowed, so that a draft can be tried on them before it is published.
 *
 * Sums by who, what and quarter of an hour, in memory, written every minute; kept for seven days.
 * Holds ids and what was reached; no name and no network address. Bounded: of an organization at most
 * 200 different accesses a quarter and 20,000 rows; what is over is only counted. Lost with the
 * process: at most the last minute.
 */
import { sql } from "kysely";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import { createPeriodicFlush } from "../storage/periodic-flush.ts";
import type { PolicyOwner } from "./forbids.ts";
import {
  type AskedAccess,
  createSums,
  type Sum,
  type TrafficLimits,
  trafficLimits,
} from "./traffic-sums.ts";

export interface TrafficEntry {
  readonly organizationId: string;
  readonly installationId: string;
  readonly app: string;
  /** Null when the app acted as itself. */
  readonly personId: string | null;
  readonly action: string;
  readonly resource: string;
  readonly purpose: string;
  readonly secondFactorAgeSeconds: number | null;
  readonly dataClass: string | null;
  /** When the newest call was, in milliseconds since 1970. */
  readonly at: number;
  /** Calls that policies let pass, and calls that they forbade. */
  readonly passed: number;
  readonly forbidden: number;
}

export interface RecentTraffic {
  readonly entries: readonly TrafficEntry[];
  /** Calls that were counted and not kept. */
  readonly unkept: number;
}

export interface PolicyTraffic extends AsyncDisposable {
  /** Never throws and never waits. */
  note(asked: AskedAccess): void;
  /** Newest first. For the operator: of every organization. */
  list(owner: PolicyOwner, sinceMs: number): Promise<RecentTraffic>;
  removeInstallation(installationId: string): Promise<void>;
  flush(): Promise<void>;
  /** Flushes once more and stops. Idempotent. */
  close(): Promise<void>;
}

const rowsAtOnce = 500;

export function createTraffic(options: {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Pick<Ground, "clock" | "logger">;
  readonly limits?: Partial<TrafficLimits>;
}): PolicyTraffic {
  const { ground } = options;
  const { kysely } = options.database;
  const limits = { ...trafficLimits, ...options.limits };
  const sums = createSums({ clock: ground.clock, limits });

  async function write(): Promise<void> {
    sums.gather();
    const organizations = new Set<string>();
    for (let part = sums.take(rowsAtOnce); part.length > 0; part = sums.take(rowsAtOnce)) {
      try {
        await insert(part.map(([, { organizationId, sum }]) => rowOf(organizationId, sum)));
      } catch (error) {
        sums.giveBack(part);
        throw error;
      }
      for (const [, { organizationId }] of part) organizations.add(organizationId);
    }
    if (organizations.size > 0) await trim(organizations);
  }

  async function insert(rows: readonly ReturnType<typeof rowOf>[]): Promise<void> {
    await kysely
      .insertInto("policy_traffic")
      .values(rows)
      .onConflict((on) =>
        on
          .columns([
            ...(["organization_id", "since", "installation_id", "person_id"] as const),
            ...(["action", "resource", "purpose"] as const),
          ])
          .doUpdateSet({
            passed: sql`policy_traffic.passed + excluded.passed`,
            forbidden: sql`policy_traffic.forbidden + excluded.forbidden`,
            last_at: sql`greatest(policy_traffic.last_at, excluded.last_at)`,
            second_factor_age_s: sql`excluded.second_factor_age_s`,
            data_class: sql`excluded.data_class`,
          }),
      )
      .execute();
  }

  async function trim(organizations: ReadonlySet<string>): Promise<void> {
    const oldest = new Date(ground.clock.now() - limits.keptMs);
    await kysely.deleteFrom("policy_traffic").where("since", "<", oldest).execute();
    for (const organizationId of organizations) {
      const beyond = await kysely
        .selectFrom("policy_traffic")
        .select("since")
        .where("organization_id", "=", organizationId)
        .orderBy("since", "desc")
        .offset(limits.maxRowsOfOrganization)
        .limit(1)
        .executeTakeFirst();
      if (beyond === undefined) continue;
      await kysely
        .deleteFrom("policy_traffic")
        .where("organization_id", "=", organizationId)
        .where("since", "<=", beyond.since)
        .execute();
    }
  }

  const { flush, stop } = createPeriodicFlush({
    write,
    intervalMs: limits.flushIntervalMs,
    logger: ground.logger,
    complaint: "recent accesses were not written; they are kept for the next time",
  });

  async function close(): Promise<void> {
    stop();
    await flush();
  }

  return {
    note: sums.note,

    async list(owner, sinceMs) {
      await flush();
      let query = kysely
        .selectFrom("policy_traffic")
        .selectAll()
        .where("since", ">=", new Date(sinceMs - (sinceMs % limits.quarterMs)))
        .orderBy("since", "desc")
        .limit(limits.maxReplayed);
      if (owner !== null) query = query.where("organization_id", "=", owner);
      const rows = await query.execute();
      const isKept = (row: (typeof rows)[number]) => row.action !== "";
      const entries = rows.filter(isKept).map(
        (row): TrafficEntry => ({
          organizationId: row.organization_id,
          installationId: row.installation_id,
          app: row.app,
          personId: row.person_id === "" ? null : row.person_id,
          ...{ action: row.action, resource: row.resource, purpose: row.purpose },
          secondFactorAgeSeconds: row.second_factor_age_s,
          dataClass: row.data_class,
          at: row.last_at.getTime(),
          ...{ passed: row.passed, forbidden: row.forbidden },
        }),
      );
      const dropped = rows.filter((row) => !isKept(row));
      const unkept = dropped.reduce((sum, row) => sum + row.passed + row.forbidden, 0);
      return { entries, unkept };
    },

    async removeInstallation(installationId) {
      // What waits is written first, or it would come after.
      await flush();
      await kysely
        .deleteFrom("policy_traffic")
        .where("installation_id", "=", installationId)
        .execute();
    },

    flush,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function rowOf(organizationId: string, sum: Sum) {
  const { row, since, lastAt, secondFactorAt, dataClass, passed, forbidden } = sum;
  return {
    organization_id: organizationId,
    since: new Date(since),
    ...row,
    second_factor_age_s: secondFactorAt === null ? null : (lastAt - secondFactorAt) / 1000,
    data_class: dataClass,
    last_at: new Date(lastAt),
    ...{ passed, forbidden },
  };
}
