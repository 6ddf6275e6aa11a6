import type { NamedMigration } from "../storage/migrate.ts";
import { counterColumns } from "./counters.ts";

export const meteringMigrations: readonly NamedMigration[] = [
  {
    name: "0060_metering",
    async up(db) {
      let table = db.schema
        .createTable("installation_usage")
        .addColumn("installation_id", "text", (column) => column.primaryKey());
      for (const column of counterColumns) {
        table = table.addColumn(column, "bigint", (definition) => definition.notNull());
      }
      await table.execute();
    },
    async down(db) {
      await db.schema.dropTable("installation_usage").execute();
    },
  },
];
