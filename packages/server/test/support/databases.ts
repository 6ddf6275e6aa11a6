/**
 * The databases that the suite runs on, chosen by BERTH_TEST_DATABASES ("pglite,postgres"; default
 * "pglite"). For PostgreSQL, BERTH_TEST_POSTGRES_URL names a server where databases may be made.
 */
import { createHash, randomBytes } from "node:crypto";
import { cp, glob, mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { pino } from "pino";
import manifest from "../../package.json" with { type: "json" };
import { allMigrations } from "../../src/compose/migrations.ts";
import { type Database, type OpenedDatabase, openDatabase } from "../../src/storage/database.ts";
import { migrate, type NamedMigration } from "../../src/storage/migrate.ts";

export type DatabaseKind = Database["kind"];

export interface TestDatabase extends Database, AsyncDisposable {
  /** Its data folder, removed on disposal. */
  readonly folder: string;
  /** PostgreSQL's, as a superuser. */
  readonly url: string | undefined;
  separate: OpenedDatabase["separate"];
}

export const silentLogger = pino({ level: "silent" });

export function databasesUnderTest(): readonly DatabaseKind[] {
  const names = (process.env.BERTH_TEST_DATABASES ?? "pglite")
    .split(",")
    .map((name) => name.trim());
  return names.map((name) => {
    if (name === "pglite" || name === "postgres") return name;
    throw new Error(`BERTH_TEST_DATABASES names "${name}"; expected pglite, postgres or both.`);
  });
}

/** A fresh folder; remove it when done. */
export function createTestFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "berth-test-"));
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** What decides the tables: the migrations, and what those of the ground are made with. */
async function schemaHash(): Promise<string> {
  const cwd = fileURLToPath(new URL("../../src/", import.meta.url));
  const files: string[] = [];
  for await (const file of glob(["**/migrations.ts", "storage/**/*.ts"], { cwd })) files.push(file);
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(await readFile(join(cwd, file)));
  return hash.digest("hex").slice(0, 16);
}

/** An initialized embedded database, empty or with every table, made once per machine and version. */
async function templateFolder(isMigrated: boolean): Promise<string> {
  const version = manifest.dependencies["@electric-sql/pglite"];
  const kind = `${version}-${process.getuid?.() ?? 0}${isMigrated ? `-${await schemaHash()}` : ""}`;
  const template = join(tmpdir(), `berth-test-template-${kind}`);
  if (await isThere(template)) return template;
  const made = await createTestFolder();
  if (isMigrated) await prepareDataFolder(made);
  const database = await openDatabase({ folder: made, logger: silentLogger });
  if (isMigrated) await migrate(database, allMigrations);
  await database.close();
  try {
    await rename(join(made, "database"), template);
  } catch (error) {
    // Another test process was first: its template is as good.
    if (!(await isThere(template))) throw error;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return template;
}

/** Puts an initialized embedded database into a data folder, 0.2 s instead of 3. */
export async function prepareDataFolder(folder: string, isMigrated = false): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(await templateFolder(isMigrated), join(folder, "database"), { recursive: true });
}

function postgresUrl(): string {
  const url = process.env.BERTH_TEST_POSTGRES_URL;
  if (url === undefined) throw new Error("BERTH_TEST_POSTGRES_URL is not set.");
  return url;
}

async function runOnServer(statement: string): Promise<number> {
  const client = new Client({ connectionString: postgresUrl() });
  await client.connect();
  try {
    return (await client.query(statement)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}

interface ServerDatabase {
  readonly name: string;
  readonly url: string;
  drop(): Promise<void>;
}

/** A new database on the test server: its URL, and how to drop it. */
export async function createPostgresDatabase(
  template = "template1",
): Promise<Omit<ServerDatabase, "name">> {
  const { url, drop } = await makePostgresDatabase(template);
  return { url, drop };
}

async function makePostgresDatabase(template: string): Promise<ServerDatabase> {
  const name = `berth_test_${randomBytes(8).toString("hex")}`;
  await runOnServer(`create database ${name} template ${template}`);
  const url = new URL(postgresUrl());
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    drop: async () => void (await runOnServer(`drop database if exists ${name} with (force)`)),
  };
}

/** The name of a database with every table, made once per server, which others are copied from. */
async function postgresTemplate(): Promise<string> {
  const template = `berth_test_template_${await schemaHash()}`;
  const isMade = async () =>
    (await runOnServer(`select from pg_database where datname = '${template}'`)) > 0;
  if (await isMade()) return template;
  const made = await makePostgresDatabase("template1");
  const folder = await createTestFolder();
  try {
    const database = await openDatabase({ folder, logger: silentLogger, url: made.url });
    await migrate(database, allMigrations);
    await database.close();
    await runOnServer(`alter database ${made.name} rename to ${template}`);
  } catch (error) {
    await made.drop();
    // Another test process was first: its template is as good.
    if (!(await isMade())) throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return template;
}

/** A database of its own for one test, with these migrations applied; quickest with all there are. */
export async function openTestDatabase(
  kind: DatabaseKind,
  migrations: readonly NamedMigration[] = [],
): Promise<TestDatabase> {
  const folder = await createTestFolder();
  const isCopied = migrations === allMigrations;
  const server =
    kind === "postgres"
      ? await createPostgresDatabase(isCopied ? await postgresTemplate() : undefined)
      : undefined;
  if (server === undefined) await prepareDataFolder(folder, isCopied);
  const database = await openDatabase({
    folder,
    logger: silentLogger,
    ...(server === undefined ? {} : { url: server.url }),
  });
  if (!isCopied) await migrate(database, migrations);
  const dispose = async () => {
    await database.close();
    await server?.drop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...database, folder, url: server?.url, [Symbol.asyncDispose]: dispose };
}
