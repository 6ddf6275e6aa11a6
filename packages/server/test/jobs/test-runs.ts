/** Runs to try the journal with: each step leaves a row, and takes it away again. */
import { randomBytes } from "node:crypto";
import { BerthError, isBerthError, type RunId } from "@berth/protocol";
import type { Kysely, Transaction } from "kysely";
import { jobMigrations } from "../../src/jobs/migrations.ts";
import { type Jobs, type JobsOptions, openJobs } from "../../src/jobs/open-jobs.ts";
import {
  type AnyRunDefinition,
  defineRun,
  type RunDefinition,
  type RunStep,
} from "../../src/jobs/run.ts";
import type { NamedMigration } from "../../src/storage/migrate.ts";
import type { Schema } from "../../src/storage/schema.ts";
import { type DatabaseKind, openTestDatabase, silentLogger } from "../support/databases.ts";

interface Marks {
  mark: { subject: string; name: string; times: number };
}

const markMigration: NamedMigration = {
  name: "0999_marks",
  async up(db) {
    await db.schema
      .createTable("mark")
      .addColumn("subject", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("times", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("mark_key", ["subject", "name"])
      .execute();
  },
};

const asMarks = (db: Kysely<Schema> | Transaction<Schema>) => db as unknown as Kysely<Marks>;

export async function addMark(trx: Transaction<Schema>, subject: string, name: string) {
  await asMarks(trx)
    .insertInto("mark")
    .values({ subject, name, times: 1 })
    .onConflict((conflict) =>
      conflict.columns(["subject", "name"]).doUpdateSet((set) => ({
        times: set("mark.times", "+", 1),
      })),
    )
    .execute();
}

export async function removeMark(trx: Transaction<Schema>, subject: string, name: string) {
  await asMarks(trx)
    .deleteFrom("mark")
    .where("subject", "=", subject)
    .where("name", "=", name)
    .execute();
}

export const stepNames = ["one", "two", "three"] as const;

/** A step that marks itself when done; `during` happens outside any transaction. */
export function markingStep(
  name: string,
  during: RunStep<unknown>["run"] = async () => ({ detail: `Did ${name}.` }),
): RunStep<unknown> {
  return {
    name,
    async run(context) {
      const { detail } = await during(context);
      return { detail, commit: (trx) => addMark(trx, context.subject, name) };
    },
    async undo({ subject }) {
      return { detail: `Took ${name} back.`, commit: (trx) => removeMark(trx, subject, name) };
    },
  };
}

export function markingRun(
  steps: readonly RunStep<unknown>[],
  more: Partial<RunDefinition<unknown>> = {},
): AnyRunDefinition {
  return defineRun<unknown>({
    kind: "marking",
    steps,
    onFailure: "back",
    parseInput: (value) => value,
    toError: (error) =>
      isBerthError(error) ? error : new BerthError("INSTALL_FAILED", "A step failed."),
    onEnd: (trx, { subject, state }) => addMark(trx, subject, `end:${state}`),
    ...more,
  });
}

export interface Bench extends AsyncDisposable {
  readonly clock: { time: number; now(): number };
  /** A node over the same database; opening one of the same name is what a restart does. */
  open(
    definition: AnyRunDefinition,
    options?: Partial<Pick<JobsOptions, "nodeId" | "observers" | "leaseMs" | "maxRunning">>,
  ): Jobs;
  create(jobs: Jobs, subject?: string): Promise<RunId>;
  /** `name` or `name×times`, sorted. */
  marks(subject?: string): Promise<readonly string[]>;
  input(id: RunId): Promise<unknown>;
  /** Closes the nodes and empties the tables, for the next test. */
  reset(): Promise<void>;
}

export async function openBench(kind: DatabaseKind): Promise<Bench> {
  const database = await openTestDatabase(kind, [...jobMigrations, markMigration]);
  const { kysely } = database;
  const clock = { time: Date.parse("2026-11-21T12:00:00Z"), now: () => clock.time };
  const opened: Jobs[] = [];
  return {
    clock,
    open(definition, options = {}) {
      const ground = { clock, random: (bytes: number) => randomBytes(bytes), logger: silentLogger };
      const jobs = openJobs({
        kysely,
        ground,
        nodeId: "node-a",
        definitions: [definition],
        ...options,
      });
      opened.push(jobs);
      return jobs;
    },
    create(jobs, subject = "subject") {
      return kysely.transaction().execute((trx) =>
        jobs.create(trx, {
          kind: "marking",
          organizationId: "org",
          subject,
          input: { secret: "input" },
        }),
      );
    },
    async marks(subject = "subject") {
      const rows = await asMarks(kysely)
        .selectFrom("mark")
        .selectAll()
        .where("subject", "=", subject)
        .orderBy("name")
        .execute();
      return rows.map(({ name, times }) => (times === 1 ? name : `${name}×${times}`));
    },
    async input(id) {
      const row = await kysely
        .selectFrom("run")
        .select("input")
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      return row.input;
    },
    async reset() {
      for (const jobs of opened.splice(0)) await jobs.close();
      await kysely.deleteFrom("run").execute();
      await asMarks(kysely).deleteFrom("mark").execute();
    },
    async [Symbol.asyncDispose]() {
      for (const jobs of opened) await jobs.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
