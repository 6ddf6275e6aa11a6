import { sql } from "kysely";
import type { NamedMigration } from "../../storage/migrate.ts";

const up = [
  `create table policy_change (
    id bigint generated always as identity primary key,
    txid xid8 not null default pg_current_xact_id(),
    kind text not null,
    subject text not null,
    at timestamptz not null default clock_timestamp(),
    constraint policy_change_once unique (txid, kind, subject))`,
  // Leases mean nothing after a crash of the database, and are renewed many times a second.
  `create unlogged table policy_node (
    id text primary key,
    lease_until timestamptz not null,
    seen text not null)`,
];

export const policyNodeMigrations: readonly NamedMigration[] = Object.freeze([
  {
    name: "0086_policy_nodes",
    async up(db) {
      for (const statement of up) await sql.raw(statement).execute(db);
    },
    async down(db) {
      for (const table of ["policy_node", "policy_change"])
        await sql.raw(`drop table ${table}`).execute(db);
    },
  },
]);
