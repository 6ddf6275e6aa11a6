/**
 * This node's lease: until when it may decide from memory, renewed several times a second.
 *
 * A renewal is one statement. It extends the lease only when no change is visible to it that this node
 * has not applied; else it returns those changes, which are applied before the next one. Whoever
 * changed something waits for the nodes whose lease was not extended past the change.
 * Invariant: `isHeld` is false from `leaseMs` after the *sending* of the last renewal that succeeded, on
 * this machine's monotonic clock, and on its wall clock, which alone goes on while the machine is suspended; the
 * database counts from later, so that it never believes a node to be silent that still decides. A process
 * that was frozen therefore denies when it goes on.
 * How long a node was away is the database's to say: it has no row of one that it has forgotten.
 */
import { type Kysely, sql } from "kysely";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";
import { leaseMs, type PolicyChange, raiseFence, rememberedMinutes, removeOld } from "./changes.ts";

const renewIntervalMs = 100;
const sweepIntervalMs = 60_000;

export interface NodeLease extends AsyncDisposable {
  isHeld(): boolean;
  /** Undefined while it is held; else settles when it is again, or after `waitMs`, held or not. */
  regained(waitMs: number): Promise<void> | undefined;
}

export interface NodeLeaseOptions {
  readonly kysely: Kysely<Schema>;
  /** Unlike that of any other process, now and later. */
  readonly id: string;
  /** Forgets what this node's memory holds of it; `everything` after a long absence. */
  readonly apply: (change: PolicyChange | "everything") => void | Promise<void>;
  readonly logger: Ground["logger"];
  /** Milliseconds of a clock that never jumps. Default `performance.now`. */
  readonly monotonic?: () => number;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly wall?: () => number;
}

interface Renewal {
  readonly id: number | null;
  readonly kind: PolicyChange["kind"] | null;
  readonly subject: string | null;
  readonly txid: string | null;
  readonly xmin: string;
  readonly isKnown: boolean;
}

/** Resolves when the lease is held for the first time. */
export async function openNodeLease(options: NodeLeaseOptions): Promise<NodeLease> {
  const { kysely, id, apply, logger } = options;
  const { monotonic = () => performance.now(), wall = () => Date.now() } = options;
  let heldUntil = Number.NEGATIVE_INFINITY;
  let heldUntilByWall = Number.NEGATIVE_INFINITY;
  /** Changes of transactions before this one are applied. */
  let watermark = "0";
  /** Changes of later ones that are, by their ids. */
  let applied = new Map<number, bigint>();
  /** False until everything of before was forgotten. */
  let hasBegun = false;
  let isClosing = false;
  let isLost = false;
  let wake: () => void = () => undefined;
  const waiting = new Set<() => void>();

  const isHeld = () => monotonic() < heldUntil && wall() < heldUntilByWall;

  /** @returns whether the lease was extended */
  async function renew(connection: Kysely<Schema>): Promise<boolean> {
    const sentAt = monotonic();
    const sentAtByWall = wall();
    const { rows } = await sql<Renewal>`
      with known as (
        select from policy_node where id = ${id}
          and lease_until > clock_timestamp() - make_interval(mins => ${rememberedMinutes})
      ), pending as (
        select id, kind, subject, txid from policy_change
        where txid >= ${watermark}::xid8 and not (id = any(${listOf(applied.keys())}::bigint[]))
      ), renewed as (
        insert into policy_node (id, lease_until, seen)
        select ${id}, clock_timestamp() + make_interval(secs => ${leaseMs / 1_000}),
          pg_current_snapshot()::text
        where exists (select from known) and not exists (select from pending)
        on conflict (id) do update set lease_until = excluded.lease_until, seen = excluded.seen
      )
      select pending.id, kind, subject, txid::text as txid,
        exists (select from known) as "isKnown",
        pg_snapshot_xmin(pg_current_snapshot())::text as xmin
      from (select 1) as one left join pending on true`.execute(connection);
    const [first] = rows;
    if (first === undefined) throw new TypeError("A renewal gave no row.");
    if (!first.isKnown || !hasBegun) {
      await beginAnew(connection);
      return false;
    }
    const isExtended = first.id === null;
    if (isExtended) {
      heldUntil = sentAt + leaseMs;
      heldUntilByWall = sentAtByWall + leaseMs;
    }
    for (const row of rows) {
      if (row.id === null || row.kind === null || row.subject === null) continue;
      await apply({ kind: row.kind, subject: row.subject });
      applied.set(Number(row.id), BigInt(row.txid ?? 0));
    }
    watermark = first.xmin;
    const oldest = BigInt(first.xmin);
    applied = new Map([...applied].filter(([, txid]) => txid >= oldest));
    return isExtended;
  }

  /** What was changed while nobody kept it for us is not known any more; from this row on it is kept. */
  async function beginAnew(connection: Kysely<Schema>): Promise<void> {
    await raiseFence(connection);
    const { rows } = await sql<Pick<Renewal, "xmin">>`
      insert into policy_node (id, lease_until, seen)
      values (${id}, clock_timestamp(), pg_current_snapshot()::text)
      on conflict (id) do update set lease_until = excluded.lease_until, seen = excluded.seen
      returning pg_snapshot_xmin(seen::pg_snapshot)::text as xmin`.execute(connection);
    watermark = rows[0]?.xmin ?? "0";
    applied.clear();
    hasBegun = false;
    await apply("everything");
    hasBegun = true;
  }

  async function renewOnce(connection: Kysely<Schema>): Promise<void> {
    while (!(await renew(connection))) {
      // What it returned is applied; the next statement sees whether there is more.
    }
    if (isLost) logger.info({ node: id }, "This node has its lease again");
    isLost = false;
    const told = [...waiting];
    waiting.clear();
    for (const tell of told) tell();
  }

  async function keep(): Promise<void> {
    let sweptAt = monotonic();
    while (!isClosing) {
      try {
        // A connection of its own: a pool that is used up must not cost the lease.
        await kysely.connection().execute(async (connection) => {
          while (!isClosing) {
            await renewOnce(connection);
            opened.resolve();
            if (monotonic() - sweptAt > sweepIntervalMs) {
              sweptAt = monotonic();
              await removeOld(connection);
            }
            await pause();
          }
        });
      } catch (error) {
        // Said once: it is tried several times a second.
        if (!isLost) {
          logger.error(
            { err: error },
            "This node could not renew its lease, and denies until it can",
          );
        }
        isLost = true;
        opened.reject(error);
        await pause();
      }
    }
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, renewIntervalMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (isClosing) wake();
    });
  }

  const opened = Promise.withResolvers<void>();
  const kept = keep();
  const close = async () => {
    isClosing = true;
    wake();
    await kept;
    heldUntil = Number.NEGATIVE_INFINITY;
    // Nobody waits for a node that has gone.
    await kysely.deleteFrom("policy_node").where("id", "=", id).execute();
  };
  try {
    await opened.promise;
  } catch (error) {
    isClosing = true;
    wake();
    await kept;
    throw error;
  }
  return {
    isHeld,
    regained(waitMs) {
      if (isHeld()) return undefined;
      // The first who waits hurries the next renewal; more would only hurry a database that is gone.
      const isFirst = waiting.size === 0;
      return new Promise((resolve) => {
        const timer = setTimeout(done, waitMs);
        function done(): void {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        }
        waiting.add(done);
        if (isFirst) wake();
      });
    },
    [Symbol.asyncDispose]: close,
  };
}

/** A PostgreSQL array as text: the two drivers disagree on arrays. */
function listOf(ids: Iterable<number>): string {
  return `{${[...ids].join(",")}}`;
}
