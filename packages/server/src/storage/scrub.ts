/**
 * Finds what names a person in every table by the catalog, so that a table that comes later is not
 * forgotten: rows that are the person's are deleted, elsewhere their ids and addresses give way to a
 * word.
 *
 * Trust: table and column names are the catalog's, quoted; what is looked for is a parameter, and in a
 * pattern every sign of it stands for itself.
 */
import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
import { ownershipOf } from "./apart/covered-tables.ts";
import { keyTables } from "./key-store.ts";
import type { Schema } from "./schema.ts";

/** A row with a person's id in a column of such a name is that person's. */
const ownerColumns: ReadonlySet<string> = new Set([
  ...["person_id", "personId", "user_id", "userId"],
  ...["referenceId", "inviterId"],
]);

/** Published content, and what a migration tool keeps. */
const leftAlone: ReadonlySet<string> = new Set([
  ...keyTables,
  ...["kysely_migration", "kysely_migration_lock", "row_security_secret"],
]);

const shortestName = 3;
/** Tables of names that people choose; a person's name may be part of one by chance. */
const freeTexts: Readonly<Record<string, readonly string[]>> = Object.freeze({
  log_entry: ["message"],
  run: ["input", "error"],
  run_step: ["detail"],
  installation: ["state_reason"],
});

export interface ScrubOptions {
  readonly personId: string;
  /** Whatever else names that person and nobody else: addresses, ids in other places. */
  readonly names: readonly string[];
  /** Also looked for in log lines and messages, as a whole word: what others may be called, too. */
  readonly looseNames: readonly string[];
  readonly replacement: string;
  /** Where a value must be of one row only. */
  readonly uniqueReplacement: string;
  /** Tables that their domain looks after. */
  readonly except: readonly string[];
  /** Only rows of this organization. */
  readonly organizationId?: string;
}

interface Column {
  readonly name: string;
  readonly isJson: boolean;
  /** Part of a unique index: two persons who are erased must not become the same. */
  readonly isUnique: boolean;
  /** Names a row of another table: what becomes of it when that goes is declared there. */
  readonly isReference: boolean;
}

interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** Tables that this login, in this scope, may change. */
async function readTables(trx: Kysely<Schema>): Promise<readonly Table[]> {
  const { rows } = await sql<Table>`
    select c.relname as name, json_agg(json_build_object(
        'name', a.attname, 'isJson', t.typname in ('json', 'jsonb'),
        'isUnique', exists (select 1 from pg_index i
          where i.indrelid = c.oid and i.indisunique and a.attnum = any (i.indkey::smallint[])),
        'isReference', exists (select 1 from pg_constraint f
          where f.conrelid = c.oid and f.contype = 'f' and a.attnum = any (f.conkey))) order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
    where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace
      and t.typname in ('text', 'varchar', 'json', 'jsonb')
      and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete')
    group by c.relname order by c.relname`.execute(trx);
  return rows;
}

const escaped = (text: string) => text.replaceAll(/[^A-Za-z0-9_\u0080-\uffff]/g, "\\$&");
const inJson = (text: string) => JSON.stringify(text).slice(1, -1);

function patternsOf(options: ScrubOptions, isLoose: boolean, isJson: boolean): string | undefined {
  const encode = (text: string) => escaped(isJson ? inJson(text) : text);
  const exact = [options.personId, ...options.names].filter((text) => text !== "").map(encode);
  const loose = options.looseNames
    .filter((text) => text.length >= shortestName)
    // A word's own edges only: a name may end in a full stop.
    .map(
      (text) => `${/^\w/.test(text) ? "\\m" : ""}${encode(text)}${/\w$/.test(text) ? "\\M" : ""}`,
    );
  const all = isLoose ? [...exact, ...loose] : exact;
  return all.length === 0 ? undefined : all.join("|");
}

/** @returns the tables in which something was found */
export async function scrubPerson(
  trx: Transaction<Schema>,
  options: ScrubOptions,
): Promise<readonly string[]> {
  const touched: string[] = [];
  const tables = await readTables(trx);
  for (const table of tables) {
    if (leftAlone.has(table.name) || options.except.includes(table.name)) continue;
    const within = conditionOf(table.name, tables, options.organizationId);
    if (within === undefined) continue;
    const deleted = await deleteOwn(trx, table, { personId: options.personId, within });
    const replaced = await replaceNames(trx, table, { ...options, within });
    if (deleted + replaced > 0) touched.push(table.name);
  }
  return touched;
}

type Condition = RawBuilder<unknown>;

/** Which of its rows are meant; undefined for none. */
function conditionOf(
  table: string,
  tables: readonly Table[],
  organizationId: string | undefined,
): Condition | undefined {
  if (organizationId === undefined) return sql`true`;
  const columnsOf = new Map(
    tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]),
  );
  const owned = ownershipOf(table, columnsOf);
  if (owned === undefined) return undefined;
  const column = sql.ref(`${table}.${owned.column}`);
  if (!("parent" in owned)) return sql`${column} = ${organizationId}`;
  return sql`exists (select 1 from ${sql.table(owned.parent)} as owning
    where owning.id = ${column} and owning.${sql.ref(owned.parentColumn)} = ${organizationId})`;
}

async function deleteOwn(
  trx: Transaction<Schema>,
  { name, columns }: Table,
  { personId, within }: { readonly personId: string; readonly within: Condition },
): Promise<number> {
  const owners = columns.filter((column) => ownerColumns.has(column.name));
  let count = 0;
  for (const column of owners) {
    const { numAffectedRows } = await sql`delete from ${sql.table(name)}
      where ${sql.ref(column.name)} = ${personId} and ${within}`.execute(trx);
    count += Number(numAffectedRows ?? 0);
  }
  return count;
}

async function replaceNames(
  trx: Transaction<Schema>,
  { name, columns }: Table,
  options: ScrubOptions & { readonly within: Condition },
): Promise<number> {
  let count = 0;
  for (const column of columns) {
    if (column.isReference) continue;
    const isLoose = freeTexts[name]?.includes(column.name) === true;
    const pattern = patternsOf(options, isLoose, column.isJson);
    if (pattern === undefined) continue;
    const text = sql`${sql.ref(column.name)}::text`;
    const replaced = sql`regexp_replace(${text}, ${pattern}, ${column.isUnique ? options.uniqueReplacement : options.replacement}, 'gi')`;
    const { numAffectedRows } = await sql`update ${sql.table(name)}
      set ${sql.ref(column.name)} = ${column.isJson ? sql`(${replaced})::jsonb` : replaced}
      where ${text} ~* ${pattern} and ${options.within}`.execute(trx);
    count += Number(numAffectedRows ?? 0);
  }
  return count;
}
