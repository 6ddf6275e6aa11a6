/**
 * Makes guessing slow: after some failures an account, an address, or both together wait, and each
 * further failure doubles the wait.
 *
 * In the database, so that it holds over nodes and restarts. An attempt counts as failed before it is
 * made, in one statement, so that many at once get no further than one after another; whoever waits
 * is not counted, so that nobody's wait is prolonged by others' knocking. Failures are forgotten one
 * by one as time passes.
 *
 * Invariant: an account that does not exist is counted like one that does. What was typed is not
 * stored: keys are hashed with a key of ours.
 */
import { createHmac } from "node:crypto";
import { BerthError } from "@berth/protocol";
import { sql } from "kysely";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";

export interface LockRule {
  /** Failures before the first wait. */
  readonly free: number;
  /** The first wait; each failure after it doubles it. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
  /** One failure is forgotten in each such time. */
  readonly forgetMs: number;
}

const minute = 60_000;

export const lockRules = Object.freeze({
  /** One address against one account. */
  pair: { free: 10, firstWaitMs: 5 * minute, maxWaitMs: 60 * minute, forgetMs: 30 * minute },
  /** Many addresses against one account: short waits, since they shut its owner out as well. */
  account: { free: 30, firstWaitMs: minute, maxWaitMs: 15 * minute, forgetMs: 10 * minute },
  /** One address against many accounts; offices share one. */
  address: { free: 60, firstWaitMs: minute, maxWaitMs: 60 * minute, forgetMs: 5 * minute },
  /** A code of six digits: three of a million are right at a time. */
  secondFactor: { free: 5, firstWaitMs: minute, maxWaitMs: 60 * minute, forgetMs: 30 * minute },
} as const satisfies Record<string, LockRule>);

export type LockKind = keyof typeof lockRules;

export interface LockKey {
  readonly kind: LockKind;
  /** Whose failures are counted. */
  readonly of: string;
}

export interface LockOut {
  /** Counts a failure for each. @throws RATE_LIMITED, `details.retryAfterSeconds`; then none is counted */
  begin(keys: readonly LockKey[]): Promise<void>;
  /** It was none: an address takes back the one failure, everything else forgets all. */
  forgive(keys: readonly LockKey[]): Promise<void>;
  /** Until when it waits; null when it does not. */
  lockedUntil(key: LockKey): Promise<Date | null>;
}

/** Beyond these many, further failures change nothing: the wait is at its most long before. */
const maxFailures = 200;
const pruneMs = minute;

export function createLockOut(options: {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Pick<Ground, "clock">;
  /** 32 bytes. */
  readonly hashKey: Uint8Array;
}): LockOut {
  const { kysely } = options.database;
  const { clock } = options.ground;
  let prunedAt = Number.NEGATIVE_INFINITY;

  const hashOf = ({ kind, of }: LockKey) =>
    createHmac("sha256", options.hashKey).update(`${kind}\n${of}`).digest("hex");

  async function prune(): Promise<void> {
    if (clock.now() - prunedAt < pruneMs) return;
    prunedAt = clock.now();
    await kysely.deleteFrom("lock_out").where("forgotten_at", "<=", new Date(prunedAt)).execute();
  }

  /** @returns false when it waits */
  async function count(key: LockKey): Promise<boolean> {
    const { free, firstWaitMs, maxWaitMs, forgetMs } = lockRules[key.kind];
    const now = new Date(clock.now());
    const passed = sql`extract(epoch from (${now}::timestamptz - lock_out.last_failed_at)) * 1000`;
    const failures = sql<number>`least(${maxFailures}::int, greatest(0, lock_out.failures - floor(${passed} / ${forgetMs}::float8))::int + 1)`;
    const wait = sql`least(${maxWaitMs}::float8, ${firstWaitMs}::float8 * power(2, least(30, ${failures} - ${free}::int - 1)))`;
    const counted = await sql`
      insert into lock_out (key_hash, failures, last_failed_at, locked_until, forgotten_at)
      values (${hashOf(key)}, 1, ${now}, null, ${new Date(clock.now() + forgetMs)})
      on conflict (key_hash) do update set
        failures = ${failures},
        locked_until = case when ${failures} <= ${free}::int then null
          else ${now}::timestamptz + ${wait} * interval '1 millisecond' end,
        last_failed_at = ${now}::timestamptz,
        forgotten_at = ${now}::timestamptz + ${failures} * ${forgetMs}::float8 * interval '1 millisecond'
      where lock_out.locked_until is null or lock_out.locked_until <= ${now}::timestamptz
      returning failures`.execute(kysely);
    return counted.rows.length > 0;
  }

  async function takeBack(key: LockKey): Promise<void> {
    await kysely
      .updateTable("lock_out")
      .set((by) => ({
        failures: sql<number>`greatest(0, ${by.ref("failures")} - 1)`,
        locked_until: null,
      }))
      .where("key_hash", "=", hashOf(key))
      .execute();
  }

  async function lockedUntil(key: LockKey): Promise<Date | null> {
    const row = await kysely
      .selectFrom("lock_out")
      .select("locked_until")
      .where("key_hash", "=", hashOf(key))
      .executeTakeFirst();
    const until = row?.locked_until ?? null;
    return until !== null && until.getTime() > clock.now() ? until : null;
  }

  return {
    async begin(keys) {
      await prune();
      const counted: LockKey[] = [];
      for (const key of keys) {
        if (await count(key)) {
          counted.push(key);
          continue;
        }
        for (const one of counted) await takeBack(one);
        const until = (await lockedUntil(key))?.getTime() ?? clock.now();
        const retryAfterSeconds = Math.max(1, Math.ceil((until - clock.now()) / 1_000));
        throw new BerthError(
          "RATE_LIMITED",
          `There were too many failed attempts; try again in ${retryAfterSeconds} s.`,
          { details: { retryAfterSeconds } },
        );
      }
    },
    async forgive(keys) {
      for (const key of keys) {
        if (key.kind === "address") await takeBack(key);
        else await kysely.deleteFrom("lock_out").where("key_hash", "=", hashOf(key)).execute();
      }
    },
    lockedUntil,
  };
}
