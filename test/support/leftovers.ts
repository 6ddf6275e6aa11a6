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

/** Rows by table, of all installations or of one; tables without any are left out. */
export async function countLeftovers(
  berth: Pick<Berth, "database">,
  installation?: string,
): Promise<Readonly<Record<string, number>>> {
  const { kysely } = berth.database;
  const counts: Record<string, number> = {};
  for (const [table, column] of tables) {
    const id = kysely.dynamic.ref(column);
    const all = kysely.selectFrom(table).select(id);
    const rows = await (installation === undefined
      ? all
      : all.where(id, "=", installation)
    ).execute();
    if (rows.length > 0) counts[table] = rows.length;
  }
  return counts;
}
