/** PostgreSQL by a pool of connections, with the same types in and out as the embedded database. */
import { BerthError } from "@berth/protocol";
import { Kysely, PostgresDialect } from "kysely";
import { Pool, types } from "pg";
import type { Logger } from "pino";
import type { Database } from "./database.ts";
import type { Schema } from "./schema.ts";

const maxConnections = 10;
const connectTimeoutMs = 10_000;
const int8 = 20;

function parseInt8(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

export async function openPostgres(options: {
  readonly url: string;
  readonly logger: Logger;
}): Promise<Database> {
  const pool = new Pool({
    connectionString: options.url,
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    types: {
      getTypeParser: ((oid: number, format?: "text" | "binary") =>
        oid === int8 && format !== "binary"
          ? parseInt8
          : types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser,
    },
  });
  // An idle connection that the server ends would otherwise end the process.
  pool.on("error", (error) => options.logger.warn({ err: error }, "lost an idle connection"));
  try {
    (await pool.connect()).release();
  } catch (cause) {
    await pool.end();
    const { host, pathname } = new URL(options.url);
    throw new BerthError(
      "UNAVAILABLE",
      `PostgreSQL at ${host || "the default socket"}${pathname} does not answer (${(cause as Error).message}); check DATABASE_URL and that the server runs.`,
      { cause },
    );
  }
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await kysely.destroy();
    if (!pool.ended) await pool.end();
  };
  return { kind: "postgres", kysely, close: () => (closing ??= close()) };
}
