import { type Kysely, sql } from "kysely";
import type { NamedMigration } from "../storage/migrate.ts";

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("run")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("organization_id", "text", (column) => column.notNull())
    .addColumn("subject", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("input", "jsonb", (column) => column.notNull())
    .addColumn("error", "jsonb")
    .addColumn("is_cancel_requested", "boolean", (column) => column.notNull())
    .addColumn("lease_owner", "text")
    .addColumn("lease_until", "timestamptz")
    .addColumn("fencing_token", "integer", (column) => column.notNull())
    .addColumn("revision", "integer", (column) => column.notNull())
    .addColumn("started_at", "timestamptz", (column) => column.notNull())
    .addColumn("ended_at", "timestamptz")
    .execute();
  // One at a time: an uninstall does not begin while the install is being taken back.
  await sql`create unique index run_unfinished on run (subject)
    where state in ('running', 'undoing')`.execute(db);
  await db.schema
    .createIndex("run_by_organization")
    .on("run")
    .columns(["organization_id", "subject"])
    .execute();
  await db.schema
    .createTable("run_step")
    .addColumn("run_id", "text", (column) =>
      column.notNull().references("run.id").onDelete("cascade"),
    )
    .addColumn("position", "integer", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("attempt", "integer", (column) => column.notNull())
    .addColumn("detail", "text")
    .addColumn("started_at", "timestamptz")
    .addColumn("ended_at", "timestamptz")
    .addPrimaryKeyConstraint("run_step_key", ["run_id", "position"])
    .execute();
}

async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable("run_step").execute();
  await db.schema.dropTable("run").execute();
}

export const jobMigrations: readonly NamedMigration[] = Object.freeze([
  { name: "0040_jobs", up, down },
]);
