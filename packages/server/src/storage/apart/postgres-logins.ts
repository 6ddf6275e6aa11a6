/**
 * The logins that serve: made by Berth when the login of DATABASE_URL may make any, else the
 * operator's own.
 *
 * Roles belong to a whole PostgreSQL server, so their names hold the database's. Their passwords come
 * from a secret that all nodes share; the server gets them hashed (SCRAM-SHA-256, RFC 5803), so that
 * they stand in no log of statements.
 */
import { createHash, createHmac, hkdfSync, pbkdf2Sync, randomBytes } from "node:crypto";
import { BerthError } from "@berth/protocol";
import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import type { DatabaseLogins, DatabaseRoles } from "./separation.ts";

const iterations = 4_096;
/** Of PostgreSQL's 63 for a name. */
const maxNameChars = 63;

export interface Login {
  readonly role: string;
  readonly url: string;
}

export interface ServingLogins {
  readonly app: Login;
  readonly jobs: Login;
}

function nameOf(kind: "app" | "jobs", database: string): string {
  const plain = `berth_${kind}_${database}`;
  if (/^[a-z0-9_]+$/.test(database) && plain.length <= maxNameChars) return plain;
  return `berth_${kind}_${createHash("sha256").update(database).digest("hex").slice(0, 32)}`;
}

/** Names and passwords of the logins that Berth makes for itself in this database. */
export async function nameLogins(
  kysely: Kysely<Schema>,
  options: { readonly url: string; readonly secret: Uint8Array },
): Promise<ServingLogins> {
  const { rows } = await sql<{ name: string }>`select current_database()::text as name`.execute(
    kysely,
  );
  const database = rows[0]?.name ?? "";
  const login = (kind: "app" | "jobs"): Login => {
    const role = nameOf(kind, database);
    const url = new URL(options.url);
    url.username = role;
    url.password = Buffer.from(
      hkdfSync("sha256", options.secret, "", `berth/database-login/${role}`, 24),
    ).toString("hex");
    return { role, url: url.href };
  };
  return { app: login("app"), jobs: login("jobs") };
}

export function scramVerifier(password: string, salt = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (key: Uint8Array, text: string) => createHmac("sha256", key).update(text).digest();
  const stored = createHash("sha256").update(hmac(salted, "Client Key")).digest("base64");
  const server = hmac(salted, "Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${server}`;
}

export async function mayMakeLogins(kysely: Kysely<Schema>): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user`.execute(
    kysely,
  );
  return rows[0]?.may === true;
}

/** Makes them, or gives them the password that they must have. */
export async function makeLogins(kysely: Kysely<Schema>, logins: ServingLogins): Promise<void> {
  for (const { role, url } of [logins.app, logins.jobs]) {
    const verifier = scramVerifier(new URL(url).password);
    const rights = `login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password '${verifier}'`;
    await kysely.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${role}::text, 0))`.execute(trx);
      const { rows } = await sql`select 1 from pg_roles where rolname = ${role}`.execute(trx);
      const verb = rows.length === 0 ? "create" : "alter";
      await sql.raw(`${verb} role "${role}" ${rights}`).execute(trx);
    });
  }
}

export const rolesOf = ({ app, jobs }: ServingLogins): DatabaseRoles => ({
  app: app.role,
  jobs: jobs.role,
});

export function givenLogins(
  logins: DatabaseLogins,
  roles: { readonly app: string; readonly jobs: string },
): ServingLogins {
  return {
    app: { role: roles.app, url: logins.app },
    jobs: { role: roles.jobs, url: logins.jobs },
  };
}

interface LoginFacts {
  readonly role: string;
  readonly canBypass: boolean;
  readonly ownsTables: boolean;
  readonly memberships: readonly string[];
}

/** @throws OPTION_INVALID for a login that row-level security does not hold */
export async function checkHeld(
  kysely: Kysely<Schema>,
  variable: string,
  mustBeAlone: boolean,
): Promise<string> {
  const { rows } = await sql<LoginFacts>`
    select r.rolname::text as role, r.rolsuper or r.rolbypassrls as "canBypass",
      exists (select 1 from pg_class c where c.relkind in ('r', 'p')
        and c.relnamespace = current_schema()::regnamespace
        and pg_has_role(r.oid, c.relowner, 'member')) as "ownsTables",
      array(select o.rolname::text from pg_roles o
        where o.oid <> r.oid and pg_has_role(r.oid, o.oid, 'member')) as memberships
    from pg_roles r where r.rolname = session_user`.execute(kysely);
  const [facts] = rows;
  if (facts === undefined) throw new TypeError("PostgreSQL does not know its own session's user.");
  const why = facts.canBypass
    ? "may bypass row-level security"
    : facts.ownsTables
      ? "owns the tables, or belongs to who does"
      : mustBeAlone && facts.memberships.length > 0
        ? `may become ${facts.memberships.join(", ")}`
        : undefined;
  if (why === undefined) return facts.role;
  throw new BerthError(
    "OPTION_INVALID",
    `The login "${facts.role}" of ${variable} ${why}, so it would not be held to one organization; give one that is only a login (docs/data.md says how to make it).`,
    { details: { option: variable } },
  );
}
