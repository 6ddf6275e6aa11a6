/** The schema of single sign-on, provisioning and groups, and the end of an embedding key. */
import { sql } from "kysely";
import type { NamedMigration } from "../../storage/migrate.ts";

const ofOrganization = `organization_id text not null references organization (id) on delete cascade`;
const ofPerson = `person_id text not null references person (id) on delete cascade`;

const statements = [
  `create table sso_connection (organization_id text primary key references organization (id) on delete cascade, issuer text not null, client_id text not null, data_key text not null, sealed_secret bytea, secret_fingerprint text, is_required boolean not null, is_by_owner boolean not null, settings jsonb not null, updated_at timestamptz not null, last_success_at timestamptz, last_failure_at timestamptz, last_failure text)`,
  `create table sso_domain (${ofOrganization}, domain text not null, token text not null, proven_at timestamptz, primary key (organization_id, domain))`,
  `create unique index sso_domain_proven on sso_domain (domain) where proven_at is not null`,
  `create table sso_flow (token_hash text primary key, ${ofOrganization}, return_to text not null, expires_at timestamptz not null)`,
  `create index sso_flow_expiry on sso_flow (expires_at)`,
  `create table sso_identity (${ofOrganization}, issuer text not null, subject text not null, ${ofPerson}, created_at timestamptz not null, last_used_at timestamptz not null, primary key (organization_id, issuer, subject), unique (organization_id, issuer, person_id))`,
  `create table managed_person (person_id text primary key references person (id) on delete cascade, ${ofOrganization})`,
  `create table sso_session (session_id text primary key references session (id) on delete cascade, organization_id text not null, expires_at timestamptz not null)`,
  `create index sso_session_organization on sso_session (organization_id)`,
  `create table sso_key (key_id text primary key references api_key (id) on delete cascade, organization_id text not null)`,
  `create index sso_key_organization on sso_key (organization_id)`,
  `create table organization_group (id text primary key, ${ofOrganization}, name text not null, source text not null check (source in ('hand', 'scim', 'sso', 'embed')), external_id text, created_at timestamptz not null, updated_at timestamptz not null, unique (organization_id, source, name))`,
  `create table group_member (group_id text not null references organization_group (id) on delete cascade, organization_id text not null, person_id text not null, primary key (group_id, person_id), foreign key (organization_id, person_id) references "member" ("organizationId", "userId") on delete cascade)`,
  `create index group_member_person on group_member (organization_id, person_id)`,
  `create table scim_token (id text primary key, ${ofOrganization}, token_hash text not null unique, name text not null, created_at timestamptz not null, expires_at timestamptz, last_used_at timestamptz)`,
  `create table scim_user (id text primary key, ${ofOrganization}, ${ofPerson}, user_name text not null, external_id text, is_active boolean not null, attributes jsonb not null, created_at timestamptz not null, updated_at timestamptz not null, unique (organization_id, person_id))`,
  `create unique index scim_user_name on scim_user (organization_id, lower(user_name))`,
  `create unique index scim_user_external on scim_user (organization_id, external_id)`,
  `create table scim_group_member (group_id text not null references organization_group (id) on delete cascade, user_id text not null references scim_user (id) on delete cascade, primary key (group_id, user_id))`,
  `create index scim_group_member_user on scim_group_member (user_id)`,
  `alter table embed_key add column ends_at timestamptz`,
];

const tables = [
  ...["scim_group_member", "scim_user", "scim_token", "group_member", "organization_group"],
  ...["sso_key", "sso_session", "managed_person", "sso_identity", "sso_flow", "sso_domain"],
  "sso_connection",
];

export const signOnMigrations: readonly NamedMigration[] = Object.freeze([
  {
    name: "0014_sign_on",
    // Not safe beside the release before: that would believe an ended key, and a bound session everywhere.
    async up(db) {
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
    async down(db) {
      for (const table of tables) await sql.raw(`drop table ${table}`).execute(db);
      await sql.raw(`alter table embed_key drop column ends_at`).execute(db);
    },
  },
]);
