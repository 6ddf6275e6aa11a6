/**
 * The databases that the tests run on, chosen by BERTH_TEST_DATABASES ("pglite,postgres"; default
 * "pglite"). For PostgreSQL, BERTH_TEST_POSTGRES_URL names a server where databases may be made.
 */
import { randomBytes } from "node:crypto";
import { Client } from "pg";

export type DatabaseKind = "pglite" | "postgres";

export function databasesUnderTest(): readonly DatabaseKind[] {
  const names = (process.env.BERTH_TEST_DATABASES ?? "pglite")
    .split(",")
    .map((name) => name.trim());
  return names.map((name) => {
    if (name === "pglite" || name === "postgres") return name;
    throw new Error(`BERTH_TEST_DATABASES names "${name}"; expected pglite, postgres or both.`);
  });
}

async function runOnServer(statement: string): Promise<URL> {
  const url = process.env.BERTH_TEST_POSTGRES_URL;
  if (url === undefined) throw new Error("BERTH_TEST_POSTGRES_URL is not set.");
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
  return new URL(url);
}

/** A new database on the test server: its URL, and how to drop it. */
export async function createPostgresDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `berth_it_${randomBytes(8).toString("hex")}`;
  const url = await runOnServer(`create database ${name}`);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      await runOnServer(`drop database if exists ${name} with (force)`);
    },
  };
}
