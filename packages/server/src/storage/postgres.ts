/**
 * PostgreSQL by pools of connections, with the same types in and out as the embedded database.
 *
 * Opened as the login that migrates; `separate` goes on with two that can do less: one for all
 * organizations together, one that sees an organization only when it names it.
 */
import { BerthError } from "@berth/protocol";
import { CompiledQuery, Kysely, PostgresDialect, type TransactionSettings } from "kysely";
import { Pool, types } from "pg";
import type { Logger } from "pino";
import { claimOf, claimSetting } from "./apart/organization-claim.ts";
import {
  checkHeld,
  givenLogins,
  makeLogins,
  mayMakeLogins,
  nameLogins,
  rolesOf,
  type ServingLogins,
} from "./apart/postgres-logins.ts";
import { applyRowSecurity, readClaimSecret } from "./apart/row-security.ts";
import { createScopedKysely } from "./apart/scoped-dialect.ts";
import { notSeparated } from "./apart/separation.ts";
import type { Database, OpenedDatabase, SeparateOptions } from "./database.ts";
import type { Schema } from "./schema.ts";

const maxConnections = 10;
const connectTimeoutMs = 10_000;
const keepAliveMs = 10_000;
/**
 * A node that is frozen, or cut off, in the midst of a transaction holds its locks, such as the one on the
 * audit log's head, against all others: for so long at most.
 */
const idleInTransaction = CompiledQuery.raw("set idle_in_transaction_session_timeout = '30s'");
const int8 = 20;
/** Of SQLSTATE: wrong password, no such role, no right to connect. */
const refusedLogin = new Set(["28P01", "28000", "42501"]);

export interface PostgresOptions {
  readonly url: string;
  readonly logger: Logger;
}

interface Connections {
  readonly pool: Pool;
  readonly dialect: PostgresDialect;
  readonly kysely: Kysely<Schema>;
  close(): Promise<void>;
}

function parseInt8(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

function createConnections({ url, logger }: PostgresOptions): Connections {
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    types: {
      getTypeParser: ((oid: number, format?: "text" | "binary") =>
        oid === int8 && format !== "binary"
          ? parseInt8
          : types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser,
    },
  });
  // An idle connection that the server ends would otherwise end the process.
  pool.on("error", (error) => logger.warn({ err: error }, "lost an idle connection"));
  const dialect = new PostgresDialect({
    pool,
    onCreateConnection: async (connection) =>
      void (await connection.executeQuery(idleInTransaction)),
  });
  const kysely = new Kysely<Schema>({ dialect });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await kysely.destroy();
    if (!pool.ended) await pool.end();
  };
  return { pool, dialect, kysely, close: () => (closing ??= close()) };
}

async function connect(options: PostgresOptions): Promise<Connections> {
  const connections = createConnections(options);
  try {
    (await connections.pool.connect()).release();
    return connections;
  } catch (cause) {
    await connections.close();
    throw cause;
  }
}

export async function openPostgres(options: PostgresOptions): Promise<OpenedDatabase> {
  const owner = await connect(options).catch((cause: unknown) => {
    const { host, pathname } = new URL(options.url);
    throw new BerthError(
      "UNAVAILABLE",
      `PostgreSQL at ${host || "the default socket"}${pathname} does not answer (${(cause as Error).message}); check DATABASE_URL and that the server runs.`,
      { cause },
    );
  });
  const open: Connections[] = [owner];
  const close = async () => {
    for (const connections of open) await connections.close();
  };
  const opened: Database = {
    kind: "postgres",
    kysely: owner.kysely,
    of: () => owner.kysely,
    separation: notSeparated,
    compact: async () => undefined,
    close,
  };
  return {
    ...opened,
    async separate(how) {
      const logins = await findLogins(owner.kysely, { ...options, ...how });
      if (logins === undefined) return { ...opened, separation: unable };
      await applyRowSecurity(owner.kysely, rolesOf(logins));
      const [app, jobs] = [
        await connect({ ...options, url: logins.app.url }),
        await connect({ ...options, url: logins.jobs.url }),
      ];
      open.push(app, jobs);
      await checkHeld(app.kysely, "BERTH_DATABASE_APP_URL", true);
      await checkHeld(jobs.kysely, "BERTH_DATABASE_JOBS_URL", false);
      const secret = await readClaimSecret(jobs.kysely);
      await owner.close();
      const driver = app.dialect.createDriver();
      await driver.init();
      return {
        kind: "postgres",
        kysely: jobs.kysely,
        of: (organizationId) =>
          createScopedKysely({
            driver,
            async begin(connection, settings) {
              await connection.executeQuery(CompiledQuery.raw(beginStatement(settings)));
              // The claim is a value: the text of a statement is seen by every connection of this login
              // (pg_stat_activity), and with another organization's claim its rows would be, too.
              const claim = claimOf(secret, organizationId);
              await connection.executeQuery(
                CompiledQuery.raw(`select set_config('${claimSetting}', $1, true)`, [claim]),
              );
            },
          }),
        separation: {
          mode: "logins",
          finding: `Row-level security keeps organizations apart: what serves them logs in as ${logins.app.role}, which neither owns the tables nor can bypass it; jobs log in as ${logins.jobs.role}.`,
        },
        compact: opened.compact,
        close,
      };
    },
  };
}

/** The settings are of Kysely's own lists. */
function beginStatement({ accessMode, isolationLevel }: TransactionSettings): string {
  const level = isolationLevel === undefined ? "" : ` isolation level ${isolationLevel}`;
  return `start transaction${level}${accessMode === undefined ? "" : ` ${accessMode}`}`;
}

const unable = Object.freeze({
  mode: "none" as const,
  finding:
    "Row-level security is not in force: the login of DATABASE_URL may not make logins, so organizations are kept apart by the application's own checks only. Make two and give BERTH_DATABASE_APP_URL and BERTH_DATABASE_JOBS_URL (docs/data.md).",
});

/** Undefined when there are none and none may be made. */
async function findLogins(
  owner: Kysely<Schema>,
  options: PostgresOptions & SeparateOptions,
): Promise<ServingLogins | undefined> {
  const { logins: given } = options;
  if (given !== undefined) {
    const roleOf = async (url: string, variable: string, mustBeAlone: boolean) => {
      const connections = await connect({ ...options, url }).catch((cause: unknown) => {
        throw new BerthError(
          "OPTION_INVALID",
          `${variable} does not open the database (${(cause as Error).message}); check its login, password and database.`,
          { cause, details: { option: variable } },
        );
      });
      try {
        return await checkHeld(connections.kysely, variable, mustBeAlone);
      } finally {
        await connections.close();
      }
    };
    return givenLogins(given, {
      app: await roleOf(given.app, "BERTH_DATABASE_APP_URL", true),
      jobs: await roleOf(given.jobs, "BERTH_DATABASE_JOBS_URL", false),
    });
  }
  const logins = await nameLogins(owner, options);
  if ((await canLogIn(options, logins)) === true) return logins;
  if (!(await mayMakeLogins(owner))) return undefined;
  await makeLogins(owner, logins);
  return logins;
}

async function canLogIn(options: PostgresOptions, logins: ServingLogins): Promise<boolean> {
  for (const { url } of [logins.app, logins.jobs]) {
    try {
      await (await connect({ ...options, url })).close();
    } catch (error) {
      if (refusedLogin.has(String((error as { code?: unknown }).code))) return false;
      throw error;
    }
  }
  return true;
}
