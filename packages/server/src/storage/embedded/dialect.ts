/** Kysely over the database's thread: PostgreSQL's SQL, one connection, held in turns. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import type { QueryRows } from "./messages.ts";
import type { DatabaseThread } from "./thread.ts";
import { createTurns } from "./turn.ts";

const maxTurnWaitMs = 30_000;

/** There is one connection, so a migration that runs has the database to itself. */
class EmbeddedAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

function resultOf<Row>({ rows, affectedRows }: QueryRows): QueryResult<Row> {
  return {
    // The database's rows are what the query's type says; Kysely's own contract.
    rows: rows as Row[],
    ...(affectedRows === undefined ? {} : { numAffectedRows: BigInt(affectedRows) }),
  };
}

/** A statement in a transaction of its own, after another, by one message; for who has the turn. */
export async function runWithin<Row>(
  thread: DatabaseThread,
  first: CompiledQuery,
  { sql, parameters }: CompiledQuery,
): Promise<QueryResult<Row>> {
  return resultOf(await thread.query(sql, parameters, first));
}

function createConnection(thread: DatabaseThread): DatabaseConnection {
  return {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      return resultOf(await thread.query(query.sql, query.parameters));
    },
    // biome-ignore lint/correctness/useYield: the interface asks for a generator
    async *streamQuery() {
      throw new TypeError("The embedded database does not stream rows; page with limit instead.");
    },
  };
}

function beginStatement({ isolationLevel, accessMode }: TransactionSettings): string {
  const level = isolationLevel === undefined ? "" : ` isolation level ${isolationLevel}`;
  const mode = accessMode === undefined ? "" : ` ${accessMode}`;
  return `begin${level}${mode}`;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** One for a thread: it hands out the turns. */
export function createEmbeddedDriver(thread: DatabaseThread): Driver {
  const connection = createConnection(thread);
  const turns = createTurns(maxTurnWaitMs);
  const run = async (sql: string) => thread.query(sql, []);
  return {
    init: async () => undefined,
    async acquireConnection() {
      await turns.take();
      return connection;
    },
    async releaseConnection() {
      turns.give();
    },
    async beginTransaction(_connection, settings) {
      await run(beginStatement(settings));
    },
    async commitTransaction() {
      const { command } = await run("commit");
      // PostgreSQL answers so when a statement failed and the failure was swallowed.
      if (command === "ROLLBACK") {
        throw new TypeError("The transaction was rolled back: a statement in it had failed.");
      }
    },
    async rollbackTransaction() {
      await run("rollback");
    },
    async savepoint(_connection, name) {
      await run(`savepoint ${quoted(name)}`);
    },
    async rollbackToSavepoint(_connection, name) {
      await run(`rollback to savepoint ${quoted(name)}`);
    },
    async releaseSavepoint(_connection, name) {
      await run(`release savepoint ${quoted(name)}`);
    },
    destroy: () => thread.close(),
  };
}

export function createEmbeddedDialect(driver: Driver): Dialect {
  return {
    createAdapter: () => new EmbeddedAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}
