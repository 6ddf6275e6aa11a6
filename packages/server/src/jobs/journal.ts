/**
 * The run journal's rows. Every write of a runner goes through `change`, which locks the run's row
 * and compares the fencing token: whoever lost the lease writes nothing, neither here nor in the
 * rows that were to change in the same transaction.
 */
import {
  BerthError,
  createId,
  idPrefixes,
  parseRunId,
  parseWireError,
  type RunId,
  type RunState,
  runStates,
  type StepState,
  stepStates,
  toWire,
  type WireError,
} from "@berth/protocol";
import type { Kysely, Selectable, Transaction } from "kysely";
import type { Ground } from "../storage/ground.ts";
import type { Schema } from "../storage/schema.ts";
import type { RunRecord, StepRecord } from "./run.ts";
import type { RunStepTable, RunTable } from "./tables.ts";

export interface NewRun {
  readonly kind: string;
  readonly organizationId: string;
  readonly subject: string;
  readonly input: unknown;
  readonly steps: readonly string[];
}

/** A runner's hold on a run. */
export interface Lease {
  readonly runId: RunId;
  readonly owner: string;
  readonly token: number;
}

/** Within which organization, and what is written down in the transaction that asks for it. */
export interface RunCancel {
  readonly organizationId?: string;
  /** Called when there is something to cancel. */
  readonly record?: (trx: Transaction<Schema>) => Promise<void>;
}

export interface Journal {
  /** @throws INSTALLATION_STATE when the subject has an unfinished run */
  insert(trx: Transaction<Schema>, run: NewRun): Promise<RunId>;
  /** @param organizationId - whose it must be, for what serves one organization; any when left out */
  find(id: string, organizationId?: string): Promise<RunRecord | undefined>;
  findInput(id: RunId): Promise<unknown>;
  hasUnfinished(trx: Transaction<Schema>, subject: string): Promise<boolean>;
  isStuck(trx: Transaction<Schema>, subject: string): Promise<boolean>;
  /** Unfinished runs that nobody else holds, oldest first. */
  listResumable(owner: string): Promise<readonly RunId[]>;
  /** Undefined when another node holds it, or it has ended. */
  acquire(id: RunId, owner: string): Promise<Lease | undefined>;
  renew(lease: Lease): Promise<boolean>;
  release(lease: Lease): Promise<void>;
  /** Ends the leases of nodes that are known to be dead. */
  releaseOf(owners: readonly string[]): Promise<void>;
  /**
   * @throws LeaseLost when another node took the run; then nothing was changed
   */
  change<T>(
    lease: Lease,
    work: (trx: Transaction<Schema>, row: Selectable<RunTable>) => Promise<T>,
  ): Promise<T>;
  requestCancel(id: RunId, cancel?: RunCancel): Promise<RunState>;
}

/** The run belongs to another node now. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

export interface JournalOptions {
  readonly kysely: Kysely<Schema>;
  /** The database's; without it nothing is held to an organization. */
  readonly of?: ((organizationId: string) => Kysely<Schema>) | undefined;
  readonly ground: Pick<Ground, "clock" | "random">;
  /** How long a lease lasts without being renewed. */
  readonly leaseMs: number;
}

export function createJournal({ kysely, of, ground, leaseMs }: JournalOptions): Journal {
  const within = (organizationId: string | undefined) =>
    organizationId === undefined || of === undefined ? kysely : of(organizationId);
  const now = () => new Date(ground.clock.now());
  const leaseEnd = () => new Date(ground.clock.now() + leaseMs);

  return {
    async insert(trx, run) {
      const id = parseRunId(createId(idPrefixes.run, ground.random(16)));
      const row = await trx
        .insertInto("run")
        .values({
          id,
          kind: run.kind,
          organization_id: run.organizationId,
          subject: run.subject,
          state: "running",
          input: JSON.stringify(run.input),
          error: null,
          is_cancel_requested: false,
          lease_owner: null,
          lease_until: null,
          fencing_token: 0,
          revision: 1,
          started_at: now(),
          ended_at: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning("id")
        .executeTakeFirst();
      if (row === undefined) {
        throw new BerthError(
          "INSTALLATION_STATE",
          `Another run works on ${run.subject}; wait until it ends, or cancel it.`,
        );
      }
      await trx
        .insertInto("run_step")
        .values(
          run.steps.map((name, position) => ({
            run_id: id,
            position,
            name,
            state: "pending",
            attempt: 0,
            detail: null,
            started_at: null,
            ended_at: null,
          })),
        )
        .execute();
      return id;
    },

    async find(id, organizationId) {
      const db = within(organizationId);
      const row = await db.selectFrom("run").selectAll().where("id", "=", id).executeTakeFirst();
      if (row === undefined) return undefined;
      const steps = await db
        .selectFrom("run_step")
        .selectAll()
        .where("run_id", "=", id)
        .orderBy("position")
        .execute();
      return recordOf(row, steps);
    },

    async findInput(id) {
      const row = await kysely
        .selectFrom("run")
        .select("input")
        .where("id", "=", id)
        .executeTakeFirst();
      return row?.input;
    },

    async hasUnfinished(trx, subject) {
      const row = await trx
        .selectFrom("run")
        .select("id")
        .where("subject", "=", subject)
        .where("state", "in", ["running", "undoing"])
        .executeTakeFirst();
      return row !== undefined;
    },

    async isStuck(trx, subject) {
      const newest = await trx
        .selectFrom("run")
        .select("state")
        .where("subject", "=", subject)
        .orderBy("started_at", "desc")
        .limit(1)
        .executeTakeFirst();
      return newest?.state === "stuck";
    },

    async listResumable(owner) {
      const rows = await kysely
        .selectFrom("run")
        .select("id")
        .where("state", "in", ["running", "undoing"])
        .where((where) =>
          where.or([
            where("lease_owner", "is", null),
            where("lease_owner", "=", owner),
            where("lease_until", "<=", now()),
          ]),
        )
        .orderBy("started_at")
        .execute();
      return rows.map((row) => parseRunId(row.id));
    },

    async acquire(id, owner) {
      const row = await kysely
        .updateTable("run")
        .set((set) => ({
          lease_owner: owner,
          lease_until: leaseEnd(),
          fencing_token: set("fencing_token", "+", 1),
        }))
        .where("id", "=", id)
        .where("state", "in", ["running", "undoing"])
        .where((where) =>
          where.or([
            where("lease_owner", "is", null),
            where("lease_owner", "=", owner),
            where("lease_until", "<=", now()),
          ]),
        )
        .returning("fencing_token")
        .executeTakeFirst();
      return row && { runId: id, owner, token: row.fencing_token };
    },

    async renew(lease) {
      const row = await kysely
        .updateTable("run")
        .set({ lease_until: leaseEnd() })
        .where("id", "=", lease.runId)
        .where("fencing_token", "=", lease.token)
        .returning("id")
        .executeTakeFirst();
      return row !== undefined;
    },

    async release(lease) {
      await kysely
        .updateTable("run")
        .set({ lease_owner: null, lease_until: null })
        .where("id", "=", lease.runId)
        .where("fencing_token", "=", lease.token)
        .execute();
    },

    async releaseOf(owners) {
      if (owners.length === 0) return;
      await kysely
        .updateTable("run")
        // Should its process live after all, it finds its token outdated.
        .set((set) => ({
          lease_owner: null,
          lease_until: null,
          fencing_token: set("fencing_token", "+", 1),
        }))
        .where("lease_owner", "in", owners)
        .execute();
    },

    change(lease, work) {
      return kysely.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom("run")
          .selectAll()
          .where("id", "=", lease.runId)
          .forUpdate()
          .executeTakeFirst();
        if (row === undefined || row.fencing_token !== lease.token) {
          throw new LeaseLost(`The run ${lease.runId} was taken over by another node.`);
        }
        const result = await work(trx, row);
        await trx
          .updateTable("run")
          .set((set) => ({ revision: set("revision", "+", 1), lease_until: leaseEnd() }))
          .where("id", "=", lease.runId)
          .execute();
        return result;
      });
    },

    requestCancel(id, { organizationId, record } = {}) {
      return within(organizationId)
        .transaction()
        .execute(async (trx) => {
          const row = await trx
            .selectFrom("run")
            .select("state")
            .where("id", "=", id)
            .forUpdate()
            .executeTakeFirst();
          const state = parseRunState(row?.state);
          if (state !== "running") return state;
          await trx
            .updateTable("run")
            .set((set) => ({ is_cancel_requested: true, revision: set("revision", "+", 1) }))
            .where("id", "=", id)
            .execute();
          await record?.(trx);
          return state;
        });
    },
  };
}

function recordOf(
  row: Selectable<RunTable>,
  steps: readonly Selectable<RunStepTable>[],
): RunRecord {
  return {
    id: parseRunId(row.id),
    kind: row.kind,
    organizationId: row.organization_id,
    subject: row.subject,
    state: parseRunState(row.state),
    steps: steps.map(stepRecordOf),
    error: row.error === null ? null : wireOf(row.error),
    isCancelRequested: row.is_cancel_requested,
    revision: row.revision,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

function stepRecordOf(row: Selectable<RunStepTable>): StepRecord {
  const state = stepStates.find((known) => known === row.state);
  if (state === undefined) throw new TypeError(`The journal holds the step state "${row.state}".`);
  return {
    name: row.name,
    state: state satisfies StepState,
    attempt: row.attempt,
    detail: row.detail,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

function parseRunState(value: unknown): RunState {
  const state = runStates.find((known) => known === value);
  if (state === undefined) throw new TypeError(`The journal holds the run state "${value}".`);
  return state;
}

/** The error as it was written; it was made by `toWire`. */
export function wireOf(value: unknown): WireError {
  return toWire(parseWireError(value));
}
