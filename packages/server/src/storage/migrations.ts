/** Tables of the shared ground: keys, and what keeps organizations apart. */
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { organizationFunction } from "./apart/organization-claim.ts";
import { readSchema } from "./apart/row-security.ts";
import { keyTables } from "./key-store.ts";
import type { NamedMigration } from "./migrate.ts";

const secretBytes = 32;

export const storageMigrations: readonly NamedMigration[] = Object.freeze([
  {
    name: "0016_keys",
    isOverlapSafe: true,
    async up(db) {
      for (const statement of [
        "create table host_key (name text primary key, wrapped text not null, master_id text not null)",
        "create table organization_key (organization_id text primary key, wrapped text not null, master_id text not null)",
        "create index organization_key_master on organization_key (master_id)",
        "create table person_key (person_id text primary key, wrapped text not null)",
      ]) {
        await sql.raw(statement).execute(db);
      }
    },
    async down(db) {
      for (const table of keyTables) await sql.raw(`drop table ${table}`).execute(db);
    },
  },
  {
    name: "0090_row_security",
    isOverlapSafe: true,
    async up(db) {
      await sql
        .raw(
          "create table row_security_secret (is_only boolean primary key default true check (is_only), secret bytea not null)",
        )
        .execute(db);
      const secret = randomBytes(secretBytes);
      await sql`insert into row_security_secret (secret) values (${secret})`.execute(db);
      await sql.raw(organizationFunction(await readSchema(db))).execute(db);
    },
    async down(db) {
      // Its policies go with it, and rows are then held to nobody.
      await sql.raw("drop function berth_organization() cascade").execute(db);
      await sql.raw("drop table row_security_secret").execute(db);
    },
  },
]);
