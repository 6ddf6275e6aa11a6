/**
 * Opens the database, embedded or PostgreSQL, behind one Kysely instance.
 *
 * One dialect for both, with these rules for whoever writes queries:
 * - 64-bit integers come back as numbers (as bigint beyond 2^53); `timestamptz` as `Date`;
 *   `bytea` as `Uint8Array`; `json` and `jsonb` parsed.
 * - JSON parameters are given as text, by `JSON.stringify`: the two drivers disagree on arrays.
 * - The embedded database has one connection. Inside `transaction().execute((trx) => …)` use `trx`
 *   only: awaiting the outer handle there waits for itself, and fails after 30 s.
 */
import { BerthError } from "@berth/protocol";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { DatabaseLogins, Separation } from "./apart/separation.ts";
import { openEmbedded } from "./embedded/open.ts";
import { openPostgres } from "./postgres.ts";
import type { Schema } from "./schema.ts";

export interface Database {
  readonly kind: "pglite" | "postgres";
  /** Sees all organizations: for jobs, sign-in and sweeps. What serves one organization uses `of`. */
  readonly kysely: Kysely<Schema>;
  /**
   * Sees and changes rows of one organization only, whatever it is asked; rows of tables that belong
   * to no organization are out of its reach. A statement outside a transaction gets one of its own.
   * Before `separate`, and where separation is `none`, it is `kysely`.
   */
  of(organizationId: string): Kysely<Schema>;
  readonly separation: Separation;
  /**
   * Overwrites what was deleted in the files that this process keeps; takes seconds, and everyone
   * waits. PostgreSQL's files are its server's: there it does nothing.
   */
  compact(): Promise<void>;
  /** Waits for what runs, writes everything out and lets go of the folder. Idempotent. */
  close(): Promise<void>;
}

/** As it is opened, for migrations. */
export interface OpenedDatabase extends Database {
  /**
   * Keeps organizations apart from now on. Needs all tables. On PostgreSQL the login that migrated
   * is let go of, and the result is used in its place; closing either closes both.
   */
  separate(options: SeparateOptions): Promise<Database>;
}

export interface SeparateOptions {
  /** 32 bytes; the passwords of logins that Berth makes come from it. The same on all nodes. */
  readonly secret: Uint8Array;
  /** PostgreSQL's logins, when the operator made them. */
  readonly logins?: DatabaseLogins;
}

export interface DatabaseOptions {
  /** `postgres://…`; without it the embedded database in `folder` is used. */
  readonly url?: string;
  /** The data folder; the embedded database lies in `folder/database`. */
  readonly folder: string;
  readonly logger: Logger;
}

/**
 * @throws OPTION_INVALID for a URL that is not PostgreSQL's; DATA_FOLDER_LOCKED when another process
 * has the embedded database open; UNAVAILABLE when PostgreSQL does not answer
 */
export async function openDatabase(options: DatabaseOptions): Promise<OpenedDatabase> {
  if (options.url === undefined) return openEmbedded(options);
  const scheme = /^([a-z]+):\/\//.exec(options.url)?.[1];
  if (scheme !== "postgres" && scheme !== "postgresql") {
    throw new BerthError(
      "OPTION_INVALID",
      `DATABASE_URL begins with ${scheme === undefined ? "no scheme" : `${scheme}://`}; expected postgres://user@host/database, or leave it out for the embedded database.`,
      { details: { option: "DATABASE_URL" } },
    );
  }
  return openPostgres({ url: options.url, logger: options.logger });
}
