/**
 * This node's lease: until when it may decide from memory, renewed several times a second.
 *
 * A renewal is one statement. It extends the lease only when no change is visible to it that this node
 * has not applied; else it returns those changes, which are applied before the next one. Whoever
 * changed something waits for the nodes whose lease was not extended past the change.
 * Invariant: `isHeld` is false from `leaseMs` after the *sending* of the last renewal that succeeded, on
 * this machine's monotonic clock; the database counts from later, so that it never believes a node to
 * be silent that still decides. A process that was frozen therefore denies when it goes on.
 */
import { type Kysely, sql } from "kysely";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";
import { keptMs, type PolicyChange, removeOld } from "./changes.ts";

/** DESIGN's bound for how long a node may act by what was before, in milliseconds. */
export const leaseMs = 500;
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
}

interface Renewal {
  readonly id: number | null;
  readonly kind: PolicyChange["kind"] | null;
  readonly subject: string | null;
  readonly txid: string | null;
  readonly xmin: string;
}

/** Resolves when the lease is held for the first time. */
export async function openNodeLease(options: NodeLeaseOptions): Promise<NodeLease> {
  const { kysely, id, apply, logger, monotonic = () => performance.now() } = options;
  let heldUntil = Number.NEGATIVE_INFINITY;
  let renewedAt = Number.NEGATIVE_INFINITY;
  /** Changes of transactions before this one are applied. */
  let watermark = "0";
  /** Changes of later ones that are, by their ids. */
  let applied = new Map<number, bigint>();
  let isClosing = false;
  let wake: () => void = () => undefined;
  let waiting: (() => void)[] = [];

  const isHeld = () => monotonic() < heldUntil;

  /** @returns whether the lease was extended */
  async function renew(connection: Kysely<Schema>): Promise<boolean> {
    const sentAt = monotonic();
    const { rows } = await sql<Renewal>`
      with pending as (
        select id, kind, subject, txid from policy_change
        where txid >= ${watermark}::xid8 and not (id = any(${listOf(applied.keys())}::bigint[]))
      ), renewed as (
        insert into policy_node (id, lease_until, seen)
        select ${id}, clock_timestamp() + make_interval(secs => ${leaseMs / 1_000}),
          pg_current_snapshot()::text
        where not exists (select from pending)
        on conflict (id) do update set lease_until = excluded.lease_until, seen = excluded.seen
      )
      select pending.id, kind, subject, txid::text as txid,
        pg_snapshot_xmin(pg_current_snapshot())::text as xmin
      from (select 1) as one left join pending on true`.execute(connection);
    const [first] = rows;
    if (first === undefined) throw new TypeError("A renewal gave no row.");
    const isExtended = first.id === null;
    if (isExtended) {
      heldUntil = sentAt + leaseMs;
      renewedAt = sentAt;
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

  /** What was changed while nobody kept it for us is not known any more. */
  async function beginAnew(connection: Kysely<Schema>): Promise<void> {
    const { rows } = await sql<Pick<Renewal, "xmin">>`
      select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`.execute(connection);
    watermark = rows[0]?.xmin ?? "0";
    applied.clear();
    await apply("everything");
  }

  async function renewOnce(connection: Kysely<Schema>): Promise<void> {
    if (monotonic() - renewedAt > keptMs) await beginAnew(connection);
    while (!(await renew(connection))) {
      // What it returned is applied; the next statement sees whether there is more.
    }
    for (const tell of waiting.splice(0)) tell();
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
        logger.error(
          { err: error },
          "This node could not renew its lease, and denies until it can",
        );
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
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        waiting = [...waiting, done];
        function done(): void {
          clearTimeout(timer);
          resolve();
        }
        wake();
      });
    },
    [Symbol.asyncDispose]: close,
  };
}

/** A PostgreSQL array as text: the two drivers disagree on arrays. */
function listOf(ids: Iterable<number>): string {
  return `{${[...ids].join(",")}}`;
}
