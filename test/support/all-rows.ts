/** Every row of every table, for tests that look at what was changed. */
import type { StartedBerth } from "./start-berth.ts";

type Rows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** @param isRead - which tables; default all */
export async function readRows(
  { berth }: StartedBerth,
  isRead: (table: string) => boolean = () => true,
): Promise<Rows> {
  const { kysely } = berth.database;
  const tables = (await kysely.introspection.getTables()).filter(({ name }) => isRead(name));
  const entries = tables.map(async ({ name }) => {
    // Whichever it is: its rows are only looked at.
    const table = kysely.dynamic.table(name as "member").as("found");
    return [name, await kysely.selectFrom(table).selectAll("found").execute()] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** As one sorted text for each table. */
export async function readRowTexts(
  started: StartedBerth,
  isRead?: (table: string) => boolean,
): Promise<Readonly<Record<string, string>>> {
  const rows = Object.entries(await readRows(started, isRead));
  return Object.fromEntries(
    rows.map(([name, list]) => [
      name,
      list
        .map((row) => JSON.stringify(row))
        .sort()
        .join("\n"),
    ]),
  );
}
