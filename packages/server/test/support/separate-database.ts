/** A database with every table, where organizations are kept apart as a Berth's are. */
import { sql } from "kysely";
import { Client } from "pg";
import { allMigrations } from "../../src/compose/migrations.ts";
import { nameLogins } from "../../src/storage/apart/postgres-logins.ts";
import type { Database } from "../../src/storage/database.ts";
import { type DatabaseKind, openTestDatabase, type TestDatabase } from "./databases.ts";

export const loginSecret = new Uint8Array(32).fill(7);

export interface SeparateDatabase extends AsyncDisposable {
  /** As what serves has it. */
  readonly database: Database;
  readonly folder: string;
  /** Runs a statement with every right there is. */
  asOwner<Row>(text: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  /** A connection as the login that serves organizations; null on the embedded database. */
  connectAsApp(): Promise<Client | null>;
}

export async function openSeparateDatabase(kind: DatabaseKind): Promise<SeparateDatabase> {
  const opened: TestDatabase = await openTestDatabase(kind, allMigrations);
  const { url } = opened;
  const logins =
    url === undefined ? undefined : await nameLogins(opened.kysely, { url, secret: loginSecret });
  const database = await opened.separate({ secret: loginSecret });
  const owner = url === undefined ? undefined : new Client({ connectionString: url });
  await owner?.connect();
  return {
    database,
    folder: opened.folder,
    async asOwner<Row>(text: string, parameters: readonly unknown[] = []) {
      if (owner !== undefined) {
        return (await owner.query(text, [...parameters])).rows as readonly Row[];
      }
      // Kysely numbers parameters by itself.
      const query = text.split(/(\$\d+)/).reduce((made, part) => {
        const number = /^\$(\d+)$/.exec(part)?.[1];
        const next = number === undefined ? sql.raw(part) : sql`${parameters[Number(number) - 1]}`;
        return sql`${made}${next}`;
      }, sql``);
      return (await query.execute(database.kysely)).rows as readonly Row[];
    },
    async connectAsApp() {
      if (logins === undefined) return null;
      const client = new Client({ connectionString: logins.app.url });
      await client.connect();
      return client;
    },
    async [Symbol.asyncDispose]() {
      await owner?.end();
      await opened[Symbol.asyncDispose]();
    },
  };
}
