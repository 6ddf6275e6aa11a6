/** The tables of this host as a witness of other logs. */
import { type Kysely, sql } from "kysely";
import type { NamedMigration } from "../../storage/migrate.ts";

const tables = [
  `create table trail_witness_key (
    id text primary key,
    origin text not null,
    vkey text not null,
    created_at timestamptz not null,
    unique (origin, vkey))`,
  `create table trail_witness_head (
    origin text primary key,
    size bigint not null,
    root text not null,
    note text not null,
    at timestamptz not null)`,
  `create table trail_witness_refusal (
    origin text not null,
    kind text not null,
    size bigint not null,
    root text not null,
    note text not null,
    at timestamptz not null,
    primary key (origin, kind, size, root))`,
];

export const witnessMigration: NamedMigration = Object.freeze({
  name: "0075_trail_witness",
  isOverlapSafe: true,
  async up(db: Kysely<unknown>) {
    for (const statement of tables) await sql.raw(statement).execute(db);
  },
  async down(db: Kysely<unknown>) {
    for (const name of ["refusal", "head", "key"]) {
      await sql.raw(`drop table trail_witness_${name}`).execute(db);
    }
  },
});
