/**
 * Identity's schema. The first part is what better-auth's generator asks for with our options,
 * written out so that a later version of it cannot change what this migration did; a test asks the
 * generator whether anything is missing.
 */
import { type Kysely, sql } from "kysely";
import type { NamedMigration } from "../storage/migrate.ts";
import { signOnMigrations } from "./sso/migrations.ts";

const betterAuthStatements = [
  `create table "person" ("id" text not null primary key, "name" text not null, "email" text not null unique, "emailVerified" boolean not null, "image" text, "createdAt" timestamptz default current_timestamp not null, "updatedAt" timestamptz default current_timestamp not null)`,
  `create table "session" ("id" text not null primary key, "expiresAt" timestamptz not null, "token" text not null unique, "createdAt" timestamptz default current_timestamp not null, "updatedAt" timestamptz not null, "ipAddress" text, "userAgent" text, "userId" text not null references "person" ("id") on delete cascade, "activeOrganizationId" text)`,
  `create table "account" ("id" text not null primary key, "accountId" text not null, "providerId" text not null, "userId" text not null references "person" ("id") on delete cascade, "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" timestamptz, "refreshTokenExpiresAt" timestamptz, "scope" text, "password" text, "createdAt" timestamptz default current_timestamp not null, "updatedAt" timestamptz not null)`,
  `create table "verification" ("id" text not null primary key, "identifier" text not null, "value" text not null, "expiresAt" timestamptz not null, "createdAt" timestamptz default current_timestamp not null, "updatedAt" timestamptz default current_timestamp not null)`,
  `create table "organization" ("id" text not null primary key, "name" text not null, "slug" text not null unique, "logo" text, "createdAt" timestamptz not null, "metadata" text)`,
  `create table "member" ("id" text not null primary key, "organizationId" text not null references "organization" ("id") on delete cascade, "userId" text not null references "person" ("id") on delete cascade, "role" text not null, "createdAt" timestamptz not null)`,
  `create table "invitation" ("id" text not null primary key, "organizationId" text not null references "organization" ("id") on delete cascade, "email" text not null, "role" text, "status" text not null, "expiresAt" timestamptz not null, "createdAt" timestamptz default current_timestamp not null, "inviterId" text not null references "person" ("id") on delete cascade)`,
  `create table "api_key" ("id" text not null primary key, "configId" text not null, "name" text, "start" text, "referenceId" text not null, "prefix" text, "key" text not null, "refillInterval" integer, "refillAmount" integer, "lastRefillAt" timestamptz, "enabled" boolean, "rateLimitEnabled" boolean, "rateLimitTimeWindow" integer, "rateLimitMax" integer, "requestCount" integer, "remaining" integer, "lastRequest" timestamptz, "expiresAt" timestamptz, "createdAt" timestamptz not null, "updatedAt" timestamptz not null, "permissions" text, "metadata" text)`,
  `create index "session_userId_idx" on "session" ("userId")`,
  `create index "account_userId_idx" on "account" ("userId")`,
  `create index "verification_identifier_idx" on "verification" ("identifier")`,
  `create unique index "member_person_idx" on "member" ("organizationId", "userId")`,
  `create index "member_organizationId_idx" on "member" ("organizationId")`,
  `create index "member_userId_idx" on "member" ("userId")`,
  `create index "invitation_organizationId_idx" on "invitation" ("organizationId")`,
  `create index "invitation_email_idx" on "invitation" ("email")`,
  `create index "api_key_configId_idx" on "api_key" ("configId")`,
  `create index "api_key_referenceId_idx" on "api_key" ("referenceId")`,
  `create index "api_key_key_idx" on "api_key" ("key")`,
];

const ownStatements = [
  `create table sign_in_link (token_hash text primary key, person_id text not null references person (id) on delete cascade, expires_at timestamptz not null)`,
  `create index sign_in_link_expiry on sign_in_link (expires_at)`,
  `create table operator (person_id text primary key references person (id) on delete cascade, created_at timestamptz not null)`,
];

const embedStatements = [
  `create table embed_key (id text primary key, issuer text not null, algorithm text not null, public_key text not null, created_at timestamptz not null, last_used_at timestamptz)`,
  `create table embed_person (issuer text not null, subject text not null, person_id text not null references person (id) on delete cascade, primary key (issuer, subject))`,
  `create table embed_use (issuer text not null, token_id text not null, expires_at timestamptz not null, primary key (issuer, token_id))`,
  `create index embed_use_expiry on embed_use (expires_at)`,
  `create table embed_session (id text primary key, token_hash text not null unique, key_id text not null references embed_key (id) on delete cascade, person_id text not null references person (id) on delete cascade, organization_id text not null references organization (id) on delete cascade, expires_at timestamptz not null)`,
  `create index embed_session_expiry on embed_session (expires_at)`,
];

const signInStatements = [
  `alter table "session" add column "lastSeenAt" timestamptz, add column "provedAt" timestamptz, add column "secondFactorAt" timestamptz`,
  `create table "passkey" ("id" text not null primary key, "name" text, "publicKey" text not null, "userId" text not null references "person" ("id") on delete cascade, "credentialID" text not null, "counter" integer not null, "deviceType" text not null, "backedUp" boolean not null, "transports" text, "createdAt" timestamptz, "aaguid" text, recorded_at timestamptz)`,
  `create index "passkey_userId_idx" on "passkey" ("userId")`,
  // Unique, so that nobody registers another's passkey under their own name.
  `create unique index "passkey_credentialID_idx" on "passkey" ("credentialID")`,
  `create table second_factor (person_id text primary key references person (id) on delete cascade, wrapped_key text not null, sealed_secret bytea not null, last_counter bigint not null, confirmed_at timestamptz, created_at timestamptz not null)`,
  `create table backup_code (person_id text not null references person (id) on delete cascade, code_hash text not null, primary key (person_id, code_hash))`,
  `create table sign_in_challenge (token_hash text primary key, person_id text not null references person (id) on delete cascade, tries integer not null, expires_at timestamptz not null)`,
  `create index sign_in_challenge_expiry on sign_in_challenge (expires_at)`,
  `create table lock_out (key_hash text primary key, failures integer not null, last_failed_at timestamptz not null, locked_until timestamptz, forgotten_at timestamptz not null)`,
  `create index lock_out_forgotten on lock_out (forgotten_at)`,
  `create table service_principal (person_id text primary key references person (id) on delete cascade, organization_id text references organization (id) on delete cascade, publisher_name text, permissions jsonb not null, disabled_at timestamptz, created_at timestamptz not null, check ((organization_id is null) <> (publisher_name is null)))`,
  `create index service_principal_organization on service_principal (organization_id)`,
  `create index service_principal_publisher on service_principal (publisher_name)`,
  // A key for one organization goes with it: without the limit it would reach all.
  `alter table api_key add column scope jsonb, add column organization_id text references organization (id) on delete cascade, add column publisher_name text, add column last_used_at timestamptz`,
  `alter table organization add column second_factor_required boolean not null default false`,
];

const signInUndo = [
  `alter table organization drop column second_factor_required`,
  `alter table api_key drop column scope, drop column organization_id, drop column publisher_name, drop column last_used_at`,
  ...["service_principal", "lock_out", "sign_in_challenge", "backup_code"].map(
    (table) => `drop table ${table}`,
  ),
  `drop table second_factor`,
  `drop table "passkey"`,
  `alter table "session" drop column "lastSeenAt", drop column "provedAt", drop column "secondFactorAt"`,
];

const embedTables = ["embed_session", "embed_use", "embed_person", "embed_key"];

const roleStatements = [
  `create table organization_role (id text primary key, organization_id text not null references organization (id) on delete cascade, name text not null, description text not null, permissions jsonb not null, created_at timestamptz not null)`,
  `create unique index organization_role_name on organization_role (organization_id, lower(name))`,
  `create table member_invitation (id text primary key, organization_id text not null references organization (id) on delete cascade, email text not null, role text not null, token_hash text not null unique, invited_by text not null references person (id) on delete cascade, is_by_operator boolean not null, is_mailed boolean not null, joined_at timestamptz, created_at timestamptz not null, expires_at timestamptz not null, unique (organization_id, email))`,
  `alter table "member" add column "roleFrom" text not null default 'here'`,
  `update "member" set "roleFrom" = 'product' where role <> 'owner' and "userId" in (select person_id from embed_person)`,
];

const tables = [
  ...["operator", "sign_in_link", "api_key", "invitation", "member"],
  ...["organization", "verification", "account", "session", "person"],
];

async function run(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

export const identityMigrations: readonly NamedMigration[] = [
  {
    name: "0010_identity",
    up: (db) => run(db, [...betterAuthStatements, ...ownStatements]),
    down: (db) =>
      run(
        db,
        tables.map((table) => `drop table "${table}"`),
      ),
  },
  {
    name: "0011_embedding",
    up: (db) => run(db, embedStatements),
    down: (db) =>
      run(
        db,
        embedTables.map((table) => `drop table "${table}"`),
      ),
  },
  {
    name: "0012_operator_roles",
    up: (db) =>
      run(db, [
        `alter table operator add column role text not null default 'admin' check (role in ('admin', 'auditor', 'support'))`,
      ]),
    down: (db) => run(db, [`alter table operator drop column role`]),
  },
  {
    name: "0015_roles",
    isOverlapSafe: true,
    up: (db) => run(db, roleStatements),
    down: (db) =>
      run(db, [
        `drop table member_invitation`,
        `drop table organization_role`,
        `alter table "member" drop column "roleFrom"`,
      ]),
  },
  ...signOnMigrations,
  {
    // Not overlap-safe: the release before takes a limited key for an unlimited one.
    name: "0013_second_factors_passkeys_services",
    up: (db) => run(db, signInStatements),
    down: (db) => run(db, signInUndo),
  },
];
