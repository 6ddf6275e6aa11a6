/**
 * The audit log's schema.
 *
 * `trail_act` is the outbox of acts, `trail_entry` and `trail_node` the log's tree: leaves are level 0.
 * The one row of `trail_head` is locked by whoever appends, which is what keeps writers apart.
 */
import { type Kysely, sql } from "kysely";
import type { NamedMigration } from "../storage/migrate.ts";
import { witnessMigration } from "./witness/migration.ts";

async function run(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const logTables = [
  `create table trail_head (
    one boolean primary key default true check (one),
    size bigint not null,
    frontier text not null)`,
  `insert into trail_head (size, frontier) values (0, '')`,
  `create table trail_entry (
    index bigint primary key,
    leaf bytea not null,
    body text,
    at timestamptz,
    organization_id text,
    action text,
    actor_id text,
    target_id text,
    installation_id text)`,
  `create index trail_entry_organization on trail_entry (organization_id, index desc) where organization_id is not null`,
  `create index trail_entry_at on trail_entry (at) where body is not null`,
  `create index trail_entry_actor on trail_entry (actor_id, index desc) where actor_id is not null`,
  `create index trail_entry_installation on trail_entry (installation_id, index desc) where installation_id is not null`,
  `create table trail_node (
    level smallint not null,
    index bigint not null,
    hash bytea not null,
    primary key (level, index))`,
  `create table trail_spool (id text primary key, through bigint not null)`,
  `create table trail_key (
    id bigint generated always as identity primary key,
    name text not null,
    vkey text not null,
    wrapped text not null,
    sealed bytea not null,
    created_at timestamptz not null,
    retired_at timestamptz)`,
  `create unique index trail_key_current on trail_key ((true)) where retired_at is null`,
  `create table trail_checkpoint (
    size bigint primary key,
    note text not null,
    at timestamptz not null)`,
  `create table trail_key_use (key_id text primary key, at timestamptz not null)`,
  `create table trail_setting (
    one boolean primary key default true check (one),
    retention_days integer check (retention_days > 0))`,
  `insert into trail_setting (retention_days) values (null)`,
];

const logTableNames = [
  ...["trail_setting", "trail_key_use", "trail_checkpoint", "trail_key", "trail_spool"],
  ...["trail_node", "trail_entry", "trail_head"],
];

/**
 * An index that grows at its end takes half the time of one that grows at its beginning; read backwards,
 * both give the newest first.
 */
const reindex = (order: string) =>
  ["organization", "actor", "installation"].flatMap((name) => [
    `drop index trail_entry_${name}`,
    `create index trail_entry_${name} on trail_entry (${name}_id, ${order}) where ${name}_id is not null`,
  ]);

export const trailMigrations: readonly NamedMigration[] = Object.freeze([
  {
    name: "0070_trail",
    isOverlapSafe: true,
    async up(db) {
      await sql
        .raw(
          `create table trail_act (
            id bigint generated always as identity primary key,
            at timestamptz not null,
            organization_id text,
            act jsonb not null)`,
        )
        .execute(db);
    },
    async down(db) {
      await sql.raw(`drop table trail_act`).execute(db);
    },
  },
  {
    name: "0071_trail_order",
    isOverlapSafe: true,
    up: (db) =>
      run(db, [
        // Nothing read them yet, and a leaf is made of the text as it was written.
        `delete from trail_act`,
        `alter table trail_act drop column act, drop column at, drop column organization_id`,
        `alter table trail_act add column body text not null`,
        `alter table trail_act add column txid xid8 not null default pg_current_xact_id()`,
        `create index trail_act_order on trail_act (txid, id)`,
      ]),
    down: (db) =>
      run(db, [
        `delete from trail_act`,
        `alter table trail_act drop column txid, drop column body`,
        `alter table trail_act add column at timestamptz not null, add column organization_id text, add column act jsonb not null`,
      ]),
  },
  {
    name: "0073_trail_log",
    isOverlapSafe: true,
    up: (db) => run(db, logTables),
    down: (db) =>
      run(
        db,
        logTableNames.map((table) => `drop table ${table}`),
      ),
  },
  {
    name: "0074_trail_order_of_indexes",
    isOverlapSafe: true,
    up: (db) => run(db, reindex("index")),
    down: (db) => run(db, reindex("index desc")),
  },
  witnessMigration,
]);
