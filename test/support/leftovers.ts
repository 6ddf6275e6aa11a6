/** What is left of installations: counted in every table that names one. */
import type { Berth } from "@berth/server";

const tables = [
  ["installation", "id"],
  ["installation_grant", "installation_id"],
  ["installation_secret", "installation_id"],
  ["installation_usage", "installation_id"],
  ["app_state", "installation_id"],
  ["app_state_usage", "installation_id"],
  ["log_entry", "installation_id"],
] as const;

/** Rows by table; tables without any are left out. */
export async function countLeftovers(
  berth: Pick<Berth, "database">,
): Promise<Readonly<Record<string, number>>> {
  const { kysely } = berth.database;
  const counts: Record<string, number> = {};
  for (const [table, column] of tables) {
    const rows = await kysely.selectFrom(table).select(kysely.dynamic.ref(column)).execute();
    if (rows.length > 0) counts[table] = rows.length;
  }
  return counts;
}
