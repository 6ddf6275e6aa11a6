/** Everything that a database and a folder hold, as text, so that a test can look for what must not be there. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import type { Database } from "../../src/storage/database.ts";

/** Every row of every table, by the catalog: `table {"column": value, …}`. */
export async function readEveryRow(
  { kysely }: Pick<Database, "kysely">,
  except: readonly string[] = [],
): Promise<readonly string[]> {
  const tables = await sql<{ name: string }>`select relname as name from pg_class
    where relkind in ('r', 'p') and relnamespace = current_schema()::regnamespace`.execute(kysely);
  const found: string[] = [];
  for (const { name } of tables.rows) {
    if (except.includes(name)) continue;
    const { rows } = await sql<{ row: string }>`
      select to_jsonb(one)::text as row from ${sql.table(name)} as one`.execute(kysely);
    for (const { row } of rows) found.push(`${name} ${row}`);
  }
  return found;
}

/** Files below a folder in which one of the texts stands, in any case. */
export async function findInFiles(folder: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = (await readFile(path)).toString("latin1").toLowerCase();
    for (const text of texts) {
      const bytes = Buffer.from(text.toLowerCase()).toString("latin1");
      if (content.includes(bytes)) found.push(`${path}: ${text}`);
    }
  }
  return found;
}
