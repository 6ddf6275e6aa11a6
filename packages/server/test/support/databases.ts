/**
 * The databases that the suite runs on, chosen by BERTH_TEST_DATABASES ("pglite,postgres"; default
 * "pglite"). For PostgreSQL, BERTH_TEST_POSTGRES_URL names a server where databases may be made.
 */
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { pino } from "pino";
import manifest from "../../package.json" with { type: "json" };
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

/** An initialized, empty embedded database, made once per machine and version. */
async function templateFolder(): Promise<string> {
  const version = manifest.dependencies["@electric-sql/pglite"];
  const template = join(tmpdir(), `berth-test-template-${version}-${process.getuid?.() ?? 0}`);
  if (await isThere(template)) return template;
  const made = await createTestFolder();
  await (await openDatabase({ folder: made, logger: silentLogger })).close();
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
export async function prepareDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(await templateFolder(), join(folder, "database"), { recursive: true });
}

function postgresUrl(): string {
  const url = process.env.BERTH_TEST_POSTGRES_URL;
  if (url === undefined) throw new Error("BERTH_TEST_POSTGRES_URL is not set.");
  return url;
}

async function runOnServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A new database on the test server: its URL, and how to drop it. */
export async function createPostgresDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `berth_test_${randomBytes(8).toString("hex")}`;
  await runOnServer(`create database ${name}`);
  const url = new URL(postgresUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => runOnServer(`drop database if exists ${name} with (force)`),
  };
}

/** A database of its own for one test, with these migrations applied. */
export async function openTestDatabase(
  kind: DatabaseKind,
  migrations: readonly NamedMigration[] = [],
): Promise<TestDatabase> {
  const folder = await createTestFolder();
  const server = kind === "postgres" ? await createPostgresDatabase() : undefined;
  if (server === undefined) await prepareDataFolder(folder);
  const database = await openDatabase({
    folder,
    logger: silentLogger,
    ...(server === undefined ? {} : { url: server.url }),
  });
  await migrate(database, migrations);
  const dispose = async () => {
    await database.close();
    await server?.drop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...database, folder, url: server?.url, [Symbol.asyncDispose]: dispose };
}
