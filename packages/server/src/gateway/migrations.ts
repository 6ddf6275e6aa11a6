import { sql } from "kysely";
import type { NamedMigration } from "../storage/migrate.ts";

export const gatewayMigrations: readonly NamedMigration[] = [
  {
    name: "0050_gateway",
    async up(db) {
      await db.schema
        .createTable("app_state_usage")
        .addColumn("installation_id", "text", (column) => column.primaryKey())
        .addColumn("bytes", "bigint", (column) => column.notNull())
        .addColumn("keys", "bigint", (column) => column.notNull())
        .addColumn("last_version", "bigint", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("app_state")
        .addColumn("installation_id", "text", (column) => column.notNull())
        // Ordered by bytes, so that a prefix is one range on every host's locale.
        .addColumn("key", sql`text collate "C"`, (column) => column.notNull())
        .addColumn("value", "text", (column) => column.notNull())
        .addColumn("version", "bigint", (column) => column.notNull())
        .addColumn("bytes", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("app_state_pkey", ["installation_id", "key"])
        .execute();
    },
    async down(db) {
      await db.schema.dropTable("app_state").execute();
      await db.schema.dropTable("app_state_usage").execute();
    },
  },
];
