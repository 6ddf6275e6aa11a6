/** What SQL that got in would have changed beside rows: tables, code, rights, roles, settings, sessions. */
import type { StartedBerth } from "../start-berth.ts";

const catalog = `
  select 'table ' || c.relname as name, concat_ws(' ', c.relkind, c.relrowsecurity, c.relforcerowsecurity,
      pg_get_userbyid(c.relowner), c.relacl::text,
      (select string_agg(a.attname || ':' || a.atttypid, ',' order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0)) as fact
    from pg_class c where c.relnamespace = current_schema()::regnamespace
  union all select 'schema ' || nspname, nspacl::text from pg_namespace where nspname !~ '^pg_(toast_)?temp_'
  union all select 'function ' || oid::regprocedure::text, md5(prosrc) || prosecdef || coalesce(proacl::text, '')
    from pg_proc where pronamespace = current_schema()::regnamespace
  union all select 'policy ' || tablename || ' ' || policyname, concat_ws(' ', roles::text, cmd, qual, with_check)
    from pg_policies
  union all select 'trigger ' || tgname || ' ' || tgrelid::regclass::text, md5(pg_get_triggerdef(oid)) from pg_trigger
  union all select 'extension ' || extname, extversion from pg_extension
  union all select 'setting ' || name, setting from pg_settings where source not in ('default', 'client')
  union all select 'kept setting ' || setdatabase || ' ' || setrole, setconfig::text from pg_db_role_setting
    where setdatabase in (0, (select oid from pg_database where datname = current_database()))
  union all select 'role ' || rolname, concat_ws(' ', rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
      rolcanlogin, rolinherit) from pg_roles where rolname = any($1)`;

const session = `select concat_ws(' ', current_user, session_user,
  current_setting('role'), current_setting('search_path'), current_setting('row_security'),
  nullif(current_setting('berth.organization', true), '')) as fact`;

/** Half of the pool: the others may be in use, some for as long as Berth is open. */
const pooledConnections = 5;

type Handle = StartedBerth["berth"]["database"]["kysely"];

interface Fact {
  readonly name: string;
  readonly fact: string | null;
}

/** Statements that no query builder makes: another's text and values in a query's place. */
async function run(db: Handle, text: string, values: readonly unknown[] = []) {
  const query = db.selectFrom("member").selectAll().compile();
  const { rows } = await db.executeQuery({ ...query, sql: text, parameters: values });
  // All statements here give these columns.
  return rows as unknown as readonly Fact[];
}

/** Roles that a statement could become; others come and go with other tests on the same server. */
const roles = `select rolname as name, null as fact from pg_roles
  where rolsuper or rolname in (current_user, session_user)
    or rolname in (select pg_get_userbyid(member) from pg_policy, unnest(polroles) as member where member <> 0)
  order by 1`;

export async function readCatalog({
  berth,
}: StartedBerth): Promise<Readonly<Record<string, string>>> {
  const { kysely } = berth.database;
  const names = (await run(kysely, roles)).map(({ name }) => name);
  const facts = await run(kysely, catalog, [names]);
  return Object.fromEntries(facts.map(({ name, fact }) => [name, fact ?? ""]).sort());
}

/** Who a connection is, and what it was told: several of the pool at once, then an organization's. */
export async function readSessions(
  { berth }: StartedBerth,
  organizationId: string,
): Promise<readonly string[]> {
  const { database } = berth;
  const count = database.kind === "postgres" ? pooledConnections : 1;
  const all = Promise.withResolvers<void>();
  let open = 0;
  const ask = async (db: Handle) => (await run(db, session))[0]?.fact ?? "";
  const askOne = () =>
    database.kysely.connection().execute((connection) => {
      if (++open === count) all.resolve();
      // Until each has one in hand, so that they are different ones.
      return all.promise.then(() => ask(connection));
    });
  const ofJobs = await Promise.all(Array.from({ length: count }, askOne));
  return [...new Set(ofJobs), await ask(database.of(organizationId)), await ask(database.kysely)];
}
