/**
 * Puts row-level security on every table that belongs to organizations, and gives the roles their
 * rights. What is in place already is left alone, so that a start costs one look at the catalog.
 *
 * Trust: the names that go into statements are the catalog's and Berth's own, quoted.
 */
import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import { type Ownership, ownershipOf, reachableTables, withheldTables } from "./covered-tables.ts";
import type { DatabaseRoles } from "./separation.ts";

export const appPolicy = "berth_of_organization";
export const jobsPolicy = "berth_of_all";
export const ownerPolicy = "berth_of_owner";

/** Two nodes that start together do this one after the other; the number is Berth's own. */
const setUpLock = 7_203_915_448;

export interface TableFacts {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isForced: boolean;
  /** Each with the roles that it is for: `name role,role`. */
  readonly policies: readonly string[];
  /** Of the serving role, in lower case. */
  readonly appPrivileges: readonly string[];
  /** True when the role of jobs may do everything. */
  readonly isOpenToJobs: boolean;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

function ruleOf(table: string, owned: Ownership): string {
  if (!("parent" in owned)) return `${quoted(owned.column)} = (select berth_organization())`;
  // The parent's own policy hides what is another organization's.
  return `exists (select 1 from ${quoted(owned.parent)} as owning where owning.id = ${quoted(table)}.${quoted(owned.column)})`;
}

export async function readTables(
  kysely: Kysely<Schema>,
  roles: DatabaseRoles,
): Promise<readonly TableFacts[]> {
  const { rows } = await sql<TableFacts>`
    select c.relname as name,
      array(select attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by attnum) as columns,
      (c.relrowsecurity and c.relforcerowsecurity) as "isForced",
      array(select p.polname || ' ' || array_to_string(array(
          select case when member = 0 then 'public' else pg_get_userbyid(member)::text end
          from unnest(p.polroles) as member order by 1), ',')
        from pg_policy p where p.polrelid = c.oid order by 1) as policies,
      array(select privilege from unnest(array['select','insert','update','delete']) as privilege
        where has_table_privilege(${roles.app}::text, c.oid, privilege)) as "appPrivileges",
      (${roles.jobs}::text is null or
        has_table_privilege(${roles.jobs}::text, c.oid, 'select,insert,update,delete') and
        has_table_privilege(${roles.jobs}::text, c.oid, 'delete')) as "isOpenToJobs"
    from pg_class c
    where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace
    order by c.relname`.execute(kysely);
  return rows;
}

function policyStatements(table: TableFacts, owned: string, roles: DatabaseRoles): string[] {
  const name = quoted(table.name);
  const wanted: [string, string, string][] = [
    [appPolicy, roles.app, owned],
    ...(roles.jobs === null ? [] : [[jobsPolicy, roles.jobs, "true"] as [string, string, string]]),
    // Forced, it holds for the owner too, who has to bring the tables to the next release.
    [ownerPolicy, "current_user", "true"],
  ];
  const kept = new Set(table.policies);
  const statements: string[] = [];
  for (const [policy, role, rule] of wanted) {
    const isThere =
      role === "current_user"
        ? table.policies.some((each) => each.startsWith(`${policy} `))
        : kept.has(`${policy} ${role}`);
    if (isThere) continue;
    const to = role === "current_user" ? role : quoted(role);
    statements.push(
      `drop policy if exists ${policy} on ${name}`,
      `create policy ${policy} on ${name} for all to ${to} using (${rule}) with check (${rule})`,
    );
  }
  if (table.isForced) return statements;
  statements.push(
    `alter table ${name} enable row level security`,
    `alter table ${name} force row level security`,
  );
  return statements;
}

function privilegeStatements(table: TableFacts, isOwned: boolean, roles: DatabaseRoles): string[] {
  const isWithheld = withheldTables.includes(table.name);
  const all = ["select", "insert", "update", "delete"];
  const wanted: readonly string[] =
    isOwned && !isWithheld ? all : (reachableTables[table.name] ?? []);
  const missing = wanted.filter((each) => !table.appPrivileges.includes(each));
  const spare = table.appPrivileges.filter((each) => !wanted.includes(each));
  const name = quoted(table.name);
  return [
    ...(missing.length === 0
      ? []
      : [`grant ${missing.join(", ")} on ${name} to ${quoted(roles.app)}`]),
    ...(spare.length === 0
      ? []
      : [`revoke ${spare.join(", ")} on ${name} from ${quoted(roles.app)}`]),
    ...(table.isOpenToJobs || roles.jobs === null
      ? []
      : [`grant select, insert, update, delete on ${name} to ${quoted(roles.jobs)}`]),
  ];
}

/** What is still to be done; empty when all is in place. */
export function statementsFor(
  tables: readonly TableFacts[],
  roles: DatabaseRoles,
  schema: string,
): readonly string[] {
  const columnsOf = new Map(tables.map(({ name, columns }) => [name, columns]));
  const statements = tables.flatMap((table) => {
    const owned = ownershipOf(table.name, columnsOf);
    return [
      ...(owned === undefined ? [] : policyStatements(table, ruleOf(table.name, owned), roles)),
      ...privilegeStatements(table, owned !== undefined, roles),
    ];
  });
  if (statements.length === 0) return [];
  const grantees = [roles.app, ...(roles.jobs === null ? [] : [roles.jobs])].map(quoted).join(", ");
  return [
    ...statements,
    // Before PostgreSQL 15 everybody may make tables and functions there.
    `revoke create on schema ${quoted(schema)} from public`,
    `grant usage on schema ${quoted(schema)} to ${grantees}`,
    // Identity columns draw from sequences.
    `grant usage on all sequences in schema ${quoted(schema)} to ${grantees}`,
    "revoke execute on function berth_organization() from public",
    `grant execute on function berth_organization() to ${grantees}`,
  ];
}

/** Needs a login that owns the tables, and `storageMigrations`. */
export async function applyRowSecurity(
  kysely: Kysely<Schema>,
  roles: DatabaseRoles,
): Promise<void> {
  const schema = await readSchema(kysely);
  if (statementsFor(await readTables(kysely, roles), roles, schema).length === 0) return;
  await kysely.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${setUpLock}::bigint)`.execute(trx);
    for (const statement of statementsFor(await readTables(trx, roles), roles, schema)) {
      await sql.raw(statement).execute(trx);
    }
  });
}

export async function readSchema(db: Kysely<unknown> | Kysely<Schema>): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_schema()::text as name`.execute(
    db as Kysely<unknown>,
  );
  return rows[0]?.name ?? "public";
}

export async function readClaimSecret(kysely: Kysely<Schema>): Promise<Uint8Array> {
  const { rows } = await sql<{
    secret: Uint8Array;
  }>`select secret from row_security_secret`.execute(kysely);
  const [row] = rows;
  if (row === undefined) throw new TypeError("The table row_security_secret is empty.");
  return row.secret;
}
