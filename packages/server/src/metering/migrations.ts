import type { NamedMigration } from "../storage/migrate.ts";

const firstColumns = [
  "requests",
  "failed_requests",
  "cpu_ms",
  "capability_calls",
  "denied_calls",
  "egress_requests",
  "bytes_in",
  "bytes_out",
] as const;
const laterColumns = ["wall_ms", "peak_memory_bytes"] as const;

export const meteringMigrations: readonly NamedMigration[] = [
  {
    name: "0060_metering",
    async up(db) {
      let table = db.schema
        .createTable("installation_usage")
        .addColumn("installation_id", "text", (column) => column.primaryKey());
      for (const column of firstColumns) {
        table = table.addColumn(column, "bigint", (definition) => definition.notNull());
      }
      await table.execute();
    },
    async down(db) {
      await db.schema.dropTable("installation_usage").execute();
    },
  },
  {
    name: "0061_metering_wall_and_memory",
    async up(db) {
      for (const column of laterColumns) {
        await db.schema
          .alterTable("installation_usage")
          .addColumn(column, "bigint", (definition) => definition.notNull().defaultTo(0))
          .execute();
      }
    },
    async down(db) {
      for (const column of laterColumns) {
        await db.schema.alterTable("installation_usage").dropColumn(column).execute();
      }
    },
  },
];
