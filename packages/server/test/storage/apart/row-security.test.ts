import { readFile } from "node:fs/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ownershipOf,
  reachableTables,
  withheldTables,
} from "../../../src/storage/apart/covered-tables.ts";
import { claimOf } from "../../../src/storage/apart/organization-claim.ts";
import { readTables, type TableFacts } from "../../../src/storage/apart/row-security.ts";
import { databasesUnderTest } from "../../support/databases.ts";
import { openSeparateDatabase, type SeparateDatabase } from "../../support/separate-database.ts";

const openTimeoutMs = 60_000;
const [ours, theirs] = ["org_ours", "org_theirs"] as const;
const quoted = (name: string) => `"${name}"`;

interface ColumnFacts {
  readonly name: string;
  readonly type: string;
}

describe.each(databasesUnderTest())("organizations on %s", (kind) => {
  let rig: SeparateDatabase;
  let tables: readonly TableFacts[];
  let covered: readonly TableFacts[];
  const ownership = (table: string) =>
    ownershipOf(table, new Map(tables.map(({ name, columns }) => [name, columns])));
  const reachable = () => covered.filter(({ name }) => !withheldTables.includes(name));
  const names = (list: readonly TableFacts[]) => list.map(({ name }) => name);

  beforeAll(async () => {
    rig = await openSeparateDatabase(kind);
    tables = await readTables(rig.database.kysely, { app: roleOf(rig), jobs: null });
    covered = tables.filter(({ name }) => ownership(name) !== undefined);
    await fill();
  }, openTimeoutMs);
  afterAll(() => rig[Symbol.asyncDispose]());

  /** The role that its policies are for. */
  function roleOf({ database }: SeparateDatabase): string {
    const named = / logs in as (\w+),/.exec(database.separation.finding)?.[1];
    return named ?? /as (berth_app\w*)/.exec(database.separation.finding)?.[1] ?? "berth_app";
  }

  /** Some value for each column, and two organizations' rows in every table, whatever it is. */
  async function fill(): Promise<void> {
    for (const { name } of covered) {
      const checks = await rig.asOwner<{ name: string }>(
        "select conname as name from pg_constraint where contype in ('c', 'f') and conrelid = $1::text::regclass",
        [quoted(name)],
      );
      for (const check of checks) {
        await rig.asOwner(
          `alter table ${quoted(name)} drop constraint ${quoted(check.name)} cascade`,
        );
      }
    }
    for (const { name } of covered) {
      for (const organization of [ours, theirs]) await insertInto(name, organization);
    }
  }

  async function insertInto(table: string, organization: string): Promise<void> {
    const columns = await rig.asOwner<ColumnFacts>(
      `select attname as name, format_type(atttypid, null) as type from pg_attribute
        where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attidentity = ''
          and attgenerated = '' order by attnum`,
      [quoted(table)],
    );
    const owned = ownership(table);
    const values = columns.map(({ name, type }) => {
      if (name === owned?.column) {
        const id = "parent" in owned ? `${owned.parent}_${organization}` : organization;
        return `'${id}'::${type}`;
      }
      if (name === "id" && type === "text") return `'${table}_${organization}'`;
      if (type === "jsonb" || type === "json") return "'{}'";
      if (type === "boolean") return "false";
      if (type.startsWith("timestamp")) return "now()";
      if (type === "bytea") return "'\\x00'::bytea";
      if (type === "text") return `'${name}_${organization}'`;
      if (type.endsWith("[]")) return "'{}'";
      return organization === ours ? "1" : "2";
    });
    await rig.asOwner(
      `insert into ${quoted(table)} (${columns.map(({ name }) => quoted(name)).join(", ")}) values (${values.join(", ")})`,
    );
  }

  const countIn = async (organization: string, table: string) => {
    const { rows } = await sql<{
      count: number;
    }>`select count(*)::int as count from ${sql.table(table)}`.execute(
      rig.database.of(organization),
    );
    return rows[0]?.count;
  };

  test("every table with an organization's column is held to it, by force, and the docs list every table", async () => {
    for (const table of covered) {
      expect(table.isForced, `${table.name} has no forced row-level security`).toBe(true);
      expect(table.policies.join(), table.name).toContain(`berth_of_organization ${roleOf(rig)}`);
    }
    expect(names(covered)).toEqual(
      expect.arrayContaining(["installation", "app_state", "run_step", "member", "trail_entry"]),
    );
    const page = await readFile(new URL("../../../../../docs/data.md", import.meta.url), "utf8");
    const listed = (heading: string) => {
      const section = page.split(`### ${heading}\n`)[1]?.split("\n#")[0] ?? "";
      return [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name).sort();
    };
    const others = tables.filter(({ name }) => !names(covered).includes(name));
    expect(listed("Held to an organization"), "docs/data.md").toEqual(names(covered).sort());
    expect(listed("Not held to an organization"), "docs/data.md").toEqual(names(others).sort());
  });

  test("an organization's handle sees its own rows in every table, and no other organization's", async () => {
    for (const { name } of reachable()) {
      expect(await countIn(ours, name), name).toBe(1);
      expect(await countIn("org_nobody", name), name).toBe(0);
    }
  });

  test("without an organization there is no row, and an id that is none is none", async () => {
    for (const { name } of reachable()) {
      for (const id of ["", "org_ours ", "org_ours' or true --", "org_theirs\0"]) {
        expect(await countIn(id, name), name).toBe(0);
      }
    }
  });

  test("another organization's rows are neither changed, nor removed, nor made, nor taken", async () => {
    const db = rig.database.of(ours);
    for (const { name } of reachable()) {
      const owned = ownership(name);
      const column = sql.ref(owned?.column ?? "");
      const foreign =
        owned !== undefined && "parent" in owned ? `${owned.parent}_${theirs}` : theirs;
      const deleted =
        await sql`delete from ${sql.table(name)} where ${column} = ${foreign}`.execute(db);
      expect(deleted.numAffectedRows, name).toBe(0n);
      const given = sql`update ${sql.table(name)} set ${column} = ${foreign}`.execute(db);
      await expect(given, name).rejects.toThrow(/row-level security/);
      const changed = await sql`update ${sql.table(name)} set ${column} = ${column}`.execute(db);
      expect(changed.numAffectedRows, name).toBe(1n);
      const copied =
        sql`insert into ${sql.table(name)} select * from jsonb_populate_record(null::${sql.table(name)},
        (select to_jsonb(one) from ${sql.table(name)} as one limit 1)
          || jsonb_build_object(${owned?.column ?? ""}::text, ${foreign}::text))`.execute(db);
      await expect(copied, name).rejects.toThrow(/row-level security|identity column|non-DEFAULT/);
    }
    const left = await rig.asOwner<{ count: number }>(
      "select count(*)::int as count from installation",
    );
    expect(left[0]?.count).toBe(2);
  });

  test("tables of no organization, and keys, are out of an organization's reach", async () => {
    const db = rig.database.of(ours);
    for (const { name } of tables) {
      const isReached = reachableTables[name]?.includes("select") === true;
      if (names(reachable()).includes(name) || isReached) continue;
      await expect(sql`select 1 from ${sql.table(name)}`.execute(db), name).rejects.toThrow(
        /permission denied/,
      );
    }
    // What is told to the other nodes may not be read, and not be changed before they have seen it.
    for (const statement of [
      "update person_key set wrapped = ''",
      "update policy_change set kind = 'x'",
    ]) {
      await expect(sql.raw(statement).execute(db), statement).rejects.toThrow(/permission denied/);
    }
    await sql`insert into policy_change (kind, subject) values ('installation', 'i1')`.execute(db);
  });

  test("injected into a transaction, another organization's name is not believed", async () => {
    await rig.database
      .of(ours)
      .transaction()
      .execute(async (trx) => {
        const { rows } = await sql<{
          claim: string;
        }>`select current_setting('berth.organization') as claim`.execute(trx);
        const proof = rows[0]?.claim.split(" ")[1];
        for (const forged of [theirs, `${theirs} ${proof}`, `${theirs}  `, ""]) {
          await sql`select set_config('berth.organization', ${forged}, true)`.execute(trx);
          const seen = await sql`select id from installation`.execute(trx);
          expect(seen.rows).toEqual([]);
        }
      });
    // A setting for the whole session does not outlive its transaction's end either.
    await sql`select set_config('berth.organization', ${theirs}, false)`.execute(
      rig.database.of(ours),
    );
    expect(await countIn(ours, "installation")).toBe(1);
  });

  test("a failed statement, inside a transaction or alone, leaves nothing and disturbs nobody", async () => {
    const db = rig.database.of(ours);
    await expect(sql`select 1 / 0`.execute(db)).rejects.toThrow(/division/);
    const failing = db.transaction().execute(async (trx) => {
      await sql`update installation set version = 'changed'`.execute(trx);
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    const { rows } = await sql`select id from installation where version = 'changed'`.execute(db);
    expect(rows).toEqual([]);
    const all = await sql<{
      count: number;
    }>`select count(*)::int as count from installation`.execute(rig.database.kysely);
    expect(all.rows[0]?.count).toBe(2);
  });

  test("the login that serves can become nobody else and switch nothing off", async (context) => {
    const client = await rig.connectAsApp();
    if (client === null) {
      // The embedded database has one login: what it says of that is true, and is said.
      expect(rig.database.separation).toMatchObject({ mode: "role" });
      expect(rig.database.separation.finding).toMatch(/not against injected SQL/);
      return;
    }
    context.onTestFinished(() => client.end());
    const jobs = roleOf(rig).replace("berth_app", "berth_jobs");
    for (const statement of [
      ...[`set role ${jobs}`, "set role postgres", "set session authorization postgres"],
      "set row_security = off; select * from installation",
      "alter table installation disable row level security",
      "alter table installation no force row level security",
      "drop policy berth_of_organization on installation",
      "create policy all_of_it on installation using (true)",
      `grant ${jobs} to current_user`,
      `alter role ${roleOf(rig)} bypassrls`,
      "select secret from row_security_secret",
      "select * from person",
      "select * from host_key",
      "copy installation to '/dev/null'",
      "create or replace function berth_organization() returns text language sql as $$ select 'org_theirs' $$",
      ...["copy (select 1) to program 'id'", "copy run from program 'id'", "copy person to stdout"],
      ...["select lo_import('/etc/passwd')", "select lo_export(1, '/tmp/x')"],
      ...["select pg_read_file('/etc/passwd')", "select pg_ls_dir('.')", "load 'dblink'"],
      ...["create extension dblink", "create extension file_fdw", "create language plpython3u"],
      ...["create schema mine", "create table mine (a int)", "truncate installation"],
      "create function mine() returns int language sql security definer as $$ select 1 $$",
      "create rule mine as on select to installation do instead nothing",
      "create trigger mine before update on installation execute function suppress_redundant_updates_trigger()",
      "set session_replication_role = replica",
      ...["alter system set row_security = off", "create role mine superuser"],
      ...["set role pg_read_all_data", "set role pg_execute_server_program"],
      "do $$ begin perform set_config('role', 'postgres', true); end $$",
      "do $$ begin perform set_config('session_authorization', 'postgres', false); end $$",
    ]) {
      await expect(client.query(statement), statement).rejects.toThrow();
    }
    await client.query("reset role; reset session authorization");
    expect((await client.query("select * from installation")).rows).toEqual([]);
    await client.query("select set_config('berth.organization', 'org_theirs', false)");
    expect((await client.query("select * from installation")).rows).toEqual([]);
    const { rows } = await client.query(
      "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user",
    );
    expect(Object.values(rows[0] ?? {})).toEqual([false, false, false, false]);
  });

  test.runIf(kind === "postgres")(
    "a transaction that stands still, as of a node that is frozen, is ended by the database",
    async () => {
      for (const handle of [rig.database.kysely, rig.database.of(ours)]) {
        const { rows } = await sql`show idle_in_transaction_session_timeout`.execute(handle);
        expect(rows).toEqual([{ idle_in_transaction_session_timeout: "30s" }]);
      }
    },
  );

  test("a table of the same name in the session does not stand in for what the proof is made from", async (context) => {
    const client = await rig.connectAsApp();
    if (client === null) return;
    context.onTestFinished(() => client.end());
    const own = Buffer.alloc(32, 1);
    await client.query("create temp table row_security_secret (secret bytea)");
    await client.query("insert into pg_temp.row_security_secret values ($1)", [own]);
    await client.query(
      "create function pg_temp.sha256(bytea) returns bytea language sql as $$ select ''::bytea $$",
    );
    await client.query("set search_path = pg_temp, public");
    for (const claim of [claimOf(own, theirs), `${theirs} `]) {
      await client.query("select set_config('berth.organization', $1, false)", [claim]);
      expect((await client.query("select * from public.installation")).rows).toEqual([]);
    }
  });

  test("neither the planner's samples nor a condition of one's own shows another's row", async (context) => {
    const client = await rig.connectAsApp();
    if (client === null) return;
    context.onTestFinished(() => client.end());
    await rig.asOwner("analyze");
    const samples = await client.query("select pg_stats::text as text from pg_stats");
    const held = samples.rows.filter(({ text }: { text: string }) => text.includes("org_"));
    expect(held).toEqual([]);
    const told: string[] = [];
    client.on("notice", ({ message }) => void told.push(String(message)));
    await client.query(
      "create function pg_temp.tell(text) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice 'row %', $1; return true; end $$",
    );
    await client.query("select pg_temp.tell('seen')");
    for (const { name } of reachable()) {
      await client.query(`select 1 from ${quoted(name)} as one where pg_temp.tell(one::text)`);
    }
    expect(told).toEqual(["row seen"]);
  });

  test("no connection reads another's claim where the server shows what runs", async (context) => {
    const client = await rig.connectAsApp();
    if (client === null) return;
    context.onTestFinished(() => client.end());
    const read = "select query from pg_stat_activity where usename = current_user";
    const db = rig.database.of(theirs);
    // Within it, what was said last is what named the organization.
    const shown = await db.transaction().execute(async () => (await client.query(read)).rows);
    const texts = shown.map(({ query }: { query: string }) => query);
    expect(texts.some((text) => text.includes("set_config"))).toBe(true);
    expect(texts.filter((text) => text.includes(theirs))).toEqual([]);
  });

  test("opening it again finds all in place, with the same logins", async () => {
    const again = await readTables(rig.database.kysely, { app: roleOf(rig), jobs: null });
    expect(again).toEqual(tables);
  });
});
