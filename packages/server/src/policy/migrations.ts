import { sql } from "kysely";
import type { NamedMigration } from "../storage/migrate.ts";

export const policyMigrations: readonly NamedMigration[] = Object.freeze([
  {
    name: "0080_policies",
    isOverlapSafe: true,
    async up(db) {
      await sql`create table policy_version (
        owner text not null,
        organization_id text,
        version integer not null,
        text text not null,
        note text,
        restored_from integer,
        person_id text not null,
        at timestamptz not null,
        primary key (owner, version))`.execute(db);
      await sql`create table policy_draft (
        owner text primary key,
        organization_id text,
        text text not null,
        revision integer not null,
        person_id text not null,
        at timestamptz not null)`.execute(db);
    },
    async down(db) {
      await sql`drop table policy_draft`.execute(db);
      await sql`drop table policy_version`.execute(db);
    },
  },
  {
    name: "0081_policy_traffic",
    isOverlapSafe: true,
    async up(db) {
      await sql`create table policy_traffic (
        organization_id text not null,
        since timestamptz not null,
        installation_id text not null,
        app text not null,
        person_id text not null,
        action text not null,
        resource text not null,
        purpose text not null,
        second_factor_age_s double precision,
        data_class text,
        last_at timestamptz not null,
        passed integer not null,
        forbidden integer not null,
        primary key (organization_id, since, installation_id, person_id, action, resource, purpose))`.execute(
        db,
      );
      await sql`create index policy_traffic_since on policy_traffic (since)`.execute(db);
    },
    async down(db) {
      await sql`drop table policy_traffic`.execute(db);
    },
  },
]);
