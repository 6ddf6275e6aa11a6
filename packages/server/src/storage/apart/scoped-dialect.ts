/**
 * A Kysely handle whose every statement runs in a transaction that names one organization.
 *
 * Owns no connection: it borrows the driver of the handle that it narrows. Invariant: no statement is
 * sent on a borrowed connection before the organization was named in the same transaction, and the
 * name goes with the transaction's end, whichever way it ends.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import type { Schema } from "../schema.ts";

export interface ScopeOptions {
  /** Initialized, and ended by whoever made it. */
  readonly driver: Driver;
  /** Begins a transaction and names the organization in it. */
  begin(connection: DatabaseConnection, settings: TransactionSettings): Promise<void>;
  /** A statement in a transaction of its own that names the organization, where that is quicker. */
  runAlone?<Row>(query: CompiledQuery): Promise<QueryResult<Row>>;
}

class ScopedConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly #options: ScopeOptions;
  isInTransaction = false;

  constructor(inner: DatabaseConnection, options: ScopeOptions) {
    this.inner = inner;
    this.#options = options;
  }

  async begin(settings: TransactionSettings): Promise<void> {
    const { driver, begin } = this.#options;
    try {
      await begin(this.inner, settings);
    } catch (error) {
      await driver.rollbackTransaction(this.inner);
      throw error;
    }
    this.isInTransaction = true;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.isInTransaction) return this.inner.executeQuery<Row>(query);
    const { driver, runAlone } = this.#options;
    if (runAlone !== undefined) return runAlone<Row>(query);
    await this.begin({});
    this.isInTransaction = false;
    let result: QueryResult<Row>;
    try {
      result = await this.inner.executeQuery<Row>(query);
    } catch (error) {
      await driver.rollbackTransaction(this.inner);
      throw error;
    }
    await driver.commitTransaction(this.inner);
    return result;
  }

  // biome-ignore lint/correctness/useYield: the interface asks for a generator
  async *streamQuery(): AsyncGenerator<never> {
    throw new TypeError("An organization's handle does not stream rows; page with limit instead.");
  }
}

function scoped(connection: DatabaseConnection): ScopedConnection {
  // Only connections that this driver gave out come back to it.
  return connection as ScopedConnection;
}

function createScopedDriver(options: ScopeOptions): Driver {
  const { driver } = options;
  return {
    init: async () => undefined,
    destroy: async () => undefined,
    acquireConnection: async () => new ScopedConnection(await driver.acquireConnection(), options),
    releaseConnection: (connection) => driver.releaseConnection(scoped(connection).inner),
    beginTransaction: (connection, settings) => scoped(connection).begin(settings),
    async commitTransaction(connection) {
      scoped(connection).isInTransaction = false;
      await driver.commitTransaction(scoped(connection).inner);
    },
    async rollbackTransaction(connection) {
      // It did not begin: there is nothing to roll back.
      if (!scoped(connection).isInTransaction) return;
      scoped(connection).isInTransaction = false;
      await driver.rollbackTransaction(scoped(connection).inner);
    },
    savepoint: async (connection, name, compile) =>
      driver.savepoint?.(scoped(connection).inner, name, compile),
    rollbackToSavepoint: async (connection, name, compile) =>
      driver.rollbackToSavepoint?.(scoped(connection).inner, name, compile),
    releaseSavepoint: async (connection, name, compile) =>
      driver.releaseSavepoint?.(scoped(connection).inner, name, compile),
  };
}

export function createScopedKysely(options: ScopeOptions): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => createScopedDriver(options),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}
