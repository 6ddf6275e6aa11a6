import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { sql } from "kysely";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allMigrations } from "../../../src/compose/migrations.ts";
import { scramVerifier } from "../../../src/storage/apart/postgres-logins.ts";
import { type OpenedDatabase, openDatabase } from "../../../src/storage/database.ts";
import { migrate } from "../../../src/storage/migrate.ts";
import {
  createPostgresDatabase,
  createTestFolder,
  databasesUnderTest,
  silentLogger,
} from "../../support/databases.ts";

const secret = new Uint8Array(32).fill(9);

test("a password's verifier is what PostgreSQL makes of it (RFC 7677, section 3)", () => {
  const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
  expect(scramVerifier("pencil", salt)).toBe(
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  );
});

describe.each(databasesUnderTest().filter((kind) => kind === "postgres"))("logins on %s", () => {
  const tag = randomBytes(4).toString("hex");
  const names = { owner: `own_${tag}`, app: `app_${tag}`, jobs: `jobs_${tag}` };
  let server: Awaited<ReturnType<typeof createPostgresDatabase>>;
  let folder: string;
  let superuser: Client;

  const urlOf = (role: string) => {
    const url = new URL(server.url);
    url.username = role;
    url.password = "x";
    return url.href;
  };
  const open = async (url: string): Promise<OpenedDatabase> => {
    const database = await openDatabase({ url, folder, logger: silentLogger });
    await migrate(database, allMigrations);
    return database;
  };

  beforeAll(async () => {
    server = await createPostgresDatabase();
    folder = await createTestFolder();
    superuser = new Client({ connectionString: server.url });
    await superuser.connect();
    for (const role of Object.values(names)) {
      await superuser.query(`create role ${role} login password 'x'`);
    }
    const database = new URL(server.url).pathname.slice(1);
    await superuser.query(`alter database ${database} owner to ${names.owner}`);
  });
  afterAll(async () => {
    await superuser.end();
    await server.drop();
    await rm(folder, { recursive: true });
  });

  test("where none may be made and none are given, it works, and says that nothing is held", async () => {
    const opened = await open(urlOf(names.owner));
    try {
      const { separation, of } = await opened.separate({ secret });
      expect(separation.mode).toBe("none");
      expect(separation.finding).toMatch(/BERTH_DATABASE_APP_URL/);
      expect((await sql`select 1 from installation`.execute(of("org_a"))).rows).toEqual([]);
    } finally {
      await opened.close();
    }
  });

  test("those that the operator made serve, held to an organization each time", async () => {
    const opened = await open(urlOf(names.owner));
    try {
      const logins = { app: urlOf(names.app), jobs: urlOf(names.jobs) };
      const database = await opened.separate({ secret, logins });
      expect(database.separation.mode).toBe("logins");
      for (const id of ["org_a", "org_b"]) {
        await sql`insert into organization (id, name, slug, "createdAt") values (${id}, ${id}, ${id}, now())`.execute(
          database.of(id),
        );
      }
      const ids = async (db: typeof database.kysely) =>
        (await sql<{ id: string }>`select id from organization order by id`.execute(db)).rows;
      expect(await ids(database.of("org_a"))).toEqual([{ id: "org_a" }]);
      expect(await ids(database.kysely)).toHaveLength(2);
      // The login that migrated is let go of.
      await expect(ids(opened.kysely)).rejects.toThrow();
    } finally {
      await opened.close();
    }
    // It owns the tables, and migrates on although they are forced.
    const again = await open(urlOf(names.owner));
    const { rows } = await sql`select id from organization`.execute(again.kysely);
    await again.close();
    expect(rows).toHaveLength(2);
  });

  test("one that would not be held is refused, and why is said", async () => {
    await superuser.query(`create role both_${tag} login password 'x'`);
    await superuser.query(`grant ${names.jobs} to both_${tag}`);
    await superuser.query(`create role bypass_${tag} login bypassrls password 'x'`);
    const opened = await open(urlOf(names.owner));
    try {
      for (const [app, why] of [
        [server.url, /may bypass/],
        [urlOf(`bypass_${tag}`), /may bypass/],
        [urlOf(names.owner), /owns the tables/],
        [urlOf(`both_${tag}`), new RegExp(`may become ${names.jobs}`)],
        [urlOf("nobody_there"), /does not open the database/],
      ] as const) {
        const given = opened.separate({ secret, logins: { app, jobs: urlOf(names.jobs) } });
        const error = await given.catch((cause: unknown) => cause);
        expect(error).toMatchObject({
          code: "OPTION_INVALID",
          details: { option: "BERTH_DATABASE_APP_URL" },
          message: expect.stringMatching(why),
        });
      }
    } finally {
      await opened.close();
    }
  });
});
