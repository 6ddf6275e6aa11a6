/**
 * The embedded database: one connection, its superuser's. An organization's transaction takes a role
 * without rights for its time, by `set local role`.
 *
 * This holds against a query of ours that forgets its organization. It does not hold against SQL that
 * somebody injects: `reset role` gives the rights back.
 */
import { CompiledQuery, type Kysely, type QueryResult, sql } from "kysely";
import type { Schema } from "../schema.ts";
import { claimOf, claimSetting } from "./organization-claim.ts";
import { applyRowSecurity, readClaimSecret } from "./row-security.ts";
import { createScopedKysely, type ScopeOptions } from "./scoped-dialect.ts";
import type { Separation } from "./separation.ts";

export const embeddedRole = "berth_app";

export async function separateByRole(
  kysely: Kysely<Schema>,
  connection: Pick<ScopeOptions, "driver"> & {
    /** Both statements in a transaction of their own, by one message. */
    runWithin<Row>(first: CompiledQuery, query: CompiledQuery): Promise<QueryResult<Row>>;
  },
): Promise<{ readonly separation: Separation; of(organizationId: string): Kysely<Schema> }> {
  const { rows } = await sql`select 1 from pg_roles where rolname = ${embeddedRole}`.execute(
    kysely,
  );
  if (rows.length === 0) await sql.raw(`create role ${embeddedRole} nologin`).execute(kysely);
  await applyRowSecurity(kysely, { app: embeddedRole, jobs: null });
  const secret = await readClaimSecret(kysely);
  return {
    separation: {
      mode: "role",
      finding:
        "Row-level security keeps organizations apart by a role that the one login of the embedded database takes and could lay down: it holds against Berth's own mistakes, not against injected SQL; PostgreSQL (DATABASE_URL) holds against both.",
    },
    of(organizationId) {
      const enter = CompiledQuery.raw(
        `select set_config('${claimSetting}', $1, true), set_config('role', '${embeddedRole}', true)`,
        [claimOf(secret, organizationId)],
      );
      const { driver } = connection;
      return createScopedKysely({
        driver,
        async begin(inner, settings) {
          await driver.beginTransaction(inner, settings);
          await inner.executeQuery(enter);
        },
        runAlone: (query) => connection.runWithin(enter, query),
      });
    },
  };
}
