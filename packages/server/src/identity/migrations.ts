/**
 * Identity's schema. The first part is what better-auth's generator asks for with our options,
 * written out so that a later version of it cannot change what this migration did; a test asks the
 * generator whether anything is missing.
 */
import { type Kysely, sql } from "kysely";
import type { NamedMigration } from "../storage/migrate.ts";

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

const embedTables = ["embed_session", "embed_use", "embed_person", "embed_key"];

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
];
