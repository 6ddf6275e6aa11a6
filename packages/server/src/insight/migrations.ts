import type { NamedMigration } from "../storage/migrate.ts";

export const insightMigrations: readonly NamedMigration[] = [
  {
    name: "0070_insight",
    async up(db) {
      await db.schema
        .createTable("log_entry")
        .addColumn("installation_id", "text", (column) => column.notNull())
        .addColumn("id", "bigint", (column) => column.notNull())
        .addColumn("at", "timestamptz", (column) => column.notNull())
        .addColumn("level", "text", (column) => column.notNull())
        .addColumn("source", "text", (column) => column.notNull())
        .addColumn("request_id", "text")
        .addColumn("message", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("log_entry_pkey", ["installation_id", "id"])
        .execute();
    },
    async down(db) {
      await db.schema.dropTable("log_entry").execute();
    },
  },
];
