import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isUniqueViolation } from "../../src/storage/constraint.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { migrate, migrateBesideAnother, type NamedMigration } from "../../src/storage/migrate.ts";
import {
  createTestFolder,
  databasesUnderTest,
  openTestDatabase,
  prepareDataFolder,
  silentLogger,
  type TestDatabase,
} from "../support/databases.ts";

/** Opening an embedded database is heavy, and other tests run beside. */
const openTimeoutMs = 60_000;

const notes: NamedMigration = {
  name: "0001_notes",
  async up(db) {
    await sql`create table note (id integer primary key, body jsonb, big bigint, at timestamptz, raw bytea)`.execute(
      db,
    );
  },
};

for (const kind of databasesUnderTest()) {
  describe(`on ${kind}`, () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await openTestDatabase(kind, [notes]);
    }, openTimeoutMs);
    afterAll(() => database[Symbol.asyncDispose]());
    beforeEach(() => sql`delete from note`.execute(database.kysely));

    test("values come back in the same types whichever database it is", async () => {
      const at = new Date(1_700_000_000_000);
      const body = JSON.stringify([{ a: "x" }, "y"]);
      await sql`insert into note values (1, ${body}, ${9_007_199_254_740_991}, ${at}, ${Uint8Array.of(0, 255)})`.execute(
        database.kysely,
      );
      const { rows } = await sql<{
        body: unknown;
        big: unknown;
        at: Date;
        raw: Uint8Array;
        count: unknown;
      }>`select body, big, at, raw, count(*) over () as count from note`.execute(database.kysely);
      const [row] = rows;
      expect(row?.body).toEqual([{ a: "x" }, "y"]);
      expect(row?.big).toBe(9_007_199_254_740_991);
      expect(row?.count).toBe(1);
      expect(row?.at.getTime()).toBe(at.getTime());
      expect([...(row?.raw ?? [])]).toEqual([0, 255]);
    });

    test("a failed transaction leaves nothing, and a later one is not disturbed by it", async () => {
      const { kysely } = database;
      const insert = (id: number) => sql`insert into note (id) values (${id})`;
      const failing = kysely.transaction().execute(async (trx) => {
        await insert(1).execute(trx);
        await insert(1).execute(trx);
      });
      const concurrent = Promise.all([2, 3, 4].map((id) => insert(id).execute(kysely)));
      const error = await failing.catch((cause: unknown) => cause);
      await concurrent;
      expect(isUniqueViolation(error)).toBe(true);
      expect(isUniqueViolation(error, "note_pkey")).toBe(true);
      expect(isUniqueViolation(error, "another")).toBe(false);
      const { rows } = await sql<{ id: number }>`select id from note order by id`.execute(kysely);
      expect(rows.map(({ id }) => id)).toEqual([2, 3, 4]);
    });

    test("a swallowed failure in a transaction is not taken for a commit", async () => {
      const swallowing = database.kysely.transaction().execute(async (trx) => {
        await sql`insert into note (id) values (1)`.execute(trx);
        // Swallowing is what the test is about.
        await sql`insert into nowhere values (1)`.execute(trx).catch(() => undefined);
      });
      await expect(swallowing).rejects.toThrow(/rolled back/i);
    });

    test("migrations run once, in the order of their names, also when two nodes start together", async () => {
      const second: NamedMigration = {
        name: "0000_earlier_by_name",
        up: async (db) => {
          await sql`create table earlier (id integer)`.execute(db);
        },
      };
      await Promise.all([migrate(database, [notes, second]), migrate(database, [second, notes])]);
      await sql`select * from earlier`.execute(database.kysely);
      await expect(migrate(database, [notes, notes])).rejects.toThrow("same name");

      // Beside a process that uses the tables: all, or nothing.
      const make = (name: string, isOverlapSafe: boolean): NamedMigration => ({
        name,
        isOverlapSafe,
        up: async (db) => {
          await sql`create table ${sql.table(name)} (id integer)`.execute(db);
        },
      });
      const [adds, changes] = [make("0002_adds", true), make("0003_changes", false)];
      await expect(
        migrateBesideAnother(database, [notes, second, adds, changes]),
      ).rejects.toMatchObject({
        code: "HAND_OVER_IMPOSSIBLE",
        details: { migrations: ["0003_changes"] },
      });
      await expect(sql`select * from "0002_adds"`.execute(database.kysely)).rejects.toThrow();
      await migrateBesideAnother(database, [notes, second, adds]);
      await sql`select * from "0002_adds"`.execute(database.kysely);
    });
  });
}

test(
  "a folder in use is refused, naming who uses it, and is free again after closing",
  async () => {
    const folder = await createTestFolder();
    await prepareDataFolder(folder);
    const first = await openDatabase({ folder, logger: silentLogger });
    const refused = await openDatabase({ folder, logger: silentLogger }).catch((e: unknown) => e);
    expect(refused).toMatchObject({ code: "DATA_FOLDER_LOCKED" });
    expect((refused as Error).message).toContain(`process ${process.pid}`);
    await first.close();
    await first.close();
    const again = await openDatabase({ folder, logger: silentLogger });
    await again.close();
    await rm(folder, { recursive: true });
  },
  openTimeoutMs,
);

test("a URL of another database is refused with what is expected", async () => {
  const folder = await createTestFolder();
  await expect(
    openDatabase({ url: "mysql://root@host/db", folder, logger: silentLogger }),
  ).rejects.toMatchObject({ code: "OPTION_INVALID", message: expect.stringContaining("mysql://") });
  await expect(
    openDatabase({
      url: "postgres://nobody:secret@127.0.0.1:1/none",
      folder,
      logger: silentLogger,
    }),
  ).rejects.toSatisfy(
    (error: Error & { code: string }) =>
      error.code === "UNAVAILABLE" && !error.message.includes("secret"),
  );
  await rm(folder, { recursive: true });
});

test(
  "every acknowledged row is there after kill -9, five times over",
  async () => {
    const folder = await createTestFolder();
    await prepareDataFolder(folder);
    const program = fileURLToPath(new URL("./write-rows.ts", import.meta.url));
    let acknowledged = 0;
    for (let round = 0; round < 5; round++) {
      const writer = spawn(process.execPath, ["--conditions=berth-source", program, folder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const lines = createInterface({ input: writer.stdout });
      const exited = once(writer, "exit");
      let inRound = 0;
      for await (const line of lines) {
        acknowledged = Math.max(acknowledged, Number(line));
        if (++inRound === 40) writer.kill("SIGKILL");
      }
      await exited;
      expect(inRound).toBeGreaterThanOrEqual(40);
    }
    const database = await openDatabase({ folder, logger: silentLogger });
    const { rows } = await sql<{ last: number; count: number }>`
    select max(id) as last, count(*) as count from written`.execute(database.kysely);
    await database.close();
    expect(rows[0]?.last).toBeGreaterThanOrEqual(acknowledged);
    expect(rows[0]?.count).toBe(rows[0]?.last);
    await rm(folder, { recursive: true });
  },
  4 * openTimeoutMs,
);
