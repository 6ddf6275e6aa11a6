/** The registry's schema. */
import { type Kysely, sql } from "kysely";
import type { NamedMigration } from "../storage/migrate.ts";

const up = [
  `create table publisher (
    id text primary key,
    name text not null constraint publisher_name unique,
    display_name text not null,
    created_at timestamptz not null default current_timestamp)`,
  `create table publisher_member (
    publisher_id text not null references publisher (id) on delete cascade,
    person_id text not null,
    role text not null check (role in ('owner', 'member')),
    created_at timestamptz not null default current_timestamp,
    primary key (publisher_id, person_id))`,
  `create index publisher_member_person on publisher_member (person_id)`,
  `create table publisher_key (
    publisher_id text not null references publisher (id) on delete cascade,
    key_id text not null,
    public_key text not null,
    label text not null,
    created_at timestamptz not null default current_timestamp,
    revoked_at timestamptz,
    primary key (publisher_id, key_id))`,
  `create table app (
    id text primary key,
    publisher_id text not null references publisher (id),
    name text not null,
    latest_release_id text,
    created_at timestamptz not null default current_timestamp,
    constraint app_name unique (publisher_id, name))`,
  `create table release (
    id text primary key,
    app_id text not null references app (id),
    version text not null,
    digest text not null,
    package_bytes bigint not null,
    manifest jsonb not null,
    readme text,
    signed_by text not null,
    envelope text not null,
    status text not null check (status in ('published', 'rejected', 'yanked')),
    findings jsonb not null,
    published_by text not null,
    published_at timestamptz not null)`,
  // A rejected version may be sent again, mended; one that was published never.
  `create unique index release_version on release (app_id, version) where status <> 'rejected'`,
  `create index release_app on release (app_id, published_at)`,
  `create index release_digest on release (digest)`,
];

const down = ["release", "app", "publisher_key", "publisher_member", "publisher"];

async function renameRole(db: Kysely<unknown>, from: string, to: string): Promise<void> {
  for (const statement of [
    `alter table publisher_member drop constraint publisher_member_role_check`,
    `update publisher_member set role = '${to}' where role = '${from}'`,
    `alter table publisher_member add constraint publisher_member_role_check check (role in ('owner', '${to}'))`,
  ]) {
    await sql.raw(statement).execute(db);
  }
}

export const registryMigrations: readonly NamedMigration[] = [
  {
    name: "0020_registry",
    async up(db) {
      for (const statement of up) await sql.raw(statement).execute(db);
    },
    async down(db) {
      for (const table of down) await sql.raw(`drop table ${table}`).execute(db);
    },
  },
  {
    name: "0021_publisher_roles",
    up: (db) => renameRole(db, "member", "developer"),
    down: (db) => renameRole(db, "developer", "member"),
  },
];
