/** A program for database.test.ts: writes rows until it is killed, and says each that was acknowledged. */
import { writeSync } from "node:fs";
import { sql } from "kysely";
import { openDatabase } from "../../src/storage/database.ts";
import { silentLogger } from "../support/databases.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Name the data folder.");
const { kysely } = await openDatabase({ folder, logger: silentLogger });
await sql`create table if not exists written (id bigint primary key)`.execute(kysely);
for (;;) {
  const { rows } = await sql<{ id: number }>`
    insert into written select coalesce(max(id), 0) + 1 from written returning id`.execute(kysely);
  writeSync(1, `${rows[0]?.id}\n`);
}
