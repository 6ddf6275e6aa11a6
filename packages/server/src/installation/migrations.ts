import type { Kysely } from "kysely";
import type { NamedMigration } from "../storage/migrate.ts";

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("installation")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("organization_id", "text", (column) => column.notNull())
    .addColumn("app", "text", (column) => column.notNull())
    .addColumn("version", "text", (column) => column.notNull())
    .addColumn("digest", "text", (column) => column.notNull())
    .addColumn("manifest", "jsonb", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("state_reason", "text")
    .addColumn("data_key", "text", (column) => column.notNull())
    .addColumn("resources", "jsonb", (column) => column.notNull())
    .addColumn("config", "jsonb", (column) => column.notNull())
    .addColumn("config_hash", "text", (column) => column.notNull())
    .addColumn("last_run_id", "text")
    .addColumn("installed_by", "text", (column) => column.notNull())
    .addColumn("installed_at", "timestamptz", (column) => column.notNull())
    .addColumn("updated_at", "timestamptz", (column) => column.notNull())
    .addColumn("revision", "integer", (column) => column.notNull())
    .addUniqueConstraint("installation_once", ["organization_id", "app"])
    .execute();
  await db.schema
    .createTable("installation_grant")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("installation_id", "text", (column) =>
      column.notNull().references("installation.id").onDelete("cascade"),
    )
    .addColumn("position", "integer", (column) => column.notNull())
    .addColumn("type", "text", (column) => column.notNull())
    .addColumn("resource", "text", (column) => column.notNull())
    .addColumn("actions", "jsonb", (column) => column.notNull())
    .addColumn("reason", "text")
    .addColumn("is_optional", "boolean", (column) => column.notNull())
    .addColumn("granted_by", "text", (column) => column.notNull())
    .addColumn("granted_at", "timestamptz", (column) => column.notNull())
    .addUniqueConstraint("installation_grant_place", ["installation_id", "position"])
    .execute();
  await db.schema
    .createTable("installation_secret")
    .addColumn("installation_id", "text", (column) =>
      column.notNull().references("installation.id").onDelete("cascade"),
    )
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("sealed", "bytea", (column) => column.notNull())
    .addColumn("fingerprint", "text", (column) => column.notNull())
    .addColumn("updated_at", "timestamptz", (column) => column.notNull())
    .addPrimaryKeyConstraint("installation_secret_key", ["installation_id", "name"])
    .execute();
}

async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable("installation_secret").execute();
  await db.schema.dropTable("installation_grant").execute();
  await db.schema.dropTable("installation").execute();
}

export const installationMigrations: readonly NamedMigration[] = Object.freeze([
  { name: "0030_installation", up, down },
  {
    // Not safe beside a release that would not hold the conditions: it would allow what they refuse.
    name: "0031_grants",
    async up(db) {
      await db.schema
        .alterTable("installation_grant")
        .addColumn("scope", "jsonb")
        .addColumn("conditions", "jsonb")
        .addColumn("expires_at", "timestamptz")
        .addColumn("note", "text")
        .addColumn("last_used_at", "timestamptz")
        .execute();
    },
    async down(db) {
      await db.schema
        .alterTable("installation_grant")
        .dropColumn("scope")
        .dropColumn("conditions")
        .dropColumn("expires_at")
        .dropColumn("note")
        .dropColumn("last_used_at")
        .execute();
    },
  },
  {
    name: "0032_resuming_node",
    isOverlapSafe: true,
    async up(db) {
      await db.schema.alterTable("installation").addColumn("resuming_node", "text").execute();
    },
    async down(db) {
      await db.schema.alterTable("installation").dropColumn("resuming_node").execute();
    },
  },
]);
