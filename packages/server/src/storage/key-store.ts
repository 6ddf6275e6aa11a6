/**
 * The tables of keys, each wrapped by the master key: what a backup leaves out to be unreadable.
 *
 * Invariant: a key is added only while the host's own key is wrapped by the same master key, so that
 * a rotation, which begins with that one, misses none.
 */
import { type Kysely, sql } from "kysely";
import type { WrappedKey } from "./key-service/key-service.ts";
import type { Schema } from "./schema.ts";

export interface HostKeyTable {
  readonly name: string;
  readonly wrapped: string;
  readonly master_id: string;
}

export interface OrganizationKeyTable {
  readonly organization_id: string;
  readonly wrapped: string;
  readonly master_id: string;
}

/** Wrapped by a key that is derived from the host's, so that a rotation need not touch them. */
export interface PersonKeyTable {
  /** Of somebody who was erased: their opaque id. */
  readonly person_id: string;
  /** Empty for somebody who was erased. */
  readonly wrapped: string;
}

export interface KeyTables {
  readonly host_key: HostKeyTable;
  readonly organization_key: OrganizationKeyTable;
  readonly person_key: PersonKeyTable;
}

/** A backup without them is unreadable. */
export const keyTables = Object.freeze(["host_key", "organization_key", "person_key"] as const);

export const hostKeyName = "root";
export const hostKeyContext = "host";
export const organizationKeyContext = (organizationId: string) => `organization/${organizationId}`;

export interface KeyStore {
  findHostKey(): Promise<WrappedKey | undefined>;
  /** Keeps the one that is there; returns the one that then is. */
  addHostKey(key: WrappedKey): Promise<WrappedKey>;
  findOrganizationKey(organizationId: string): Promise<WrappedKey | undefined>;
  /** Keeps the one that is there; undefined when the master key was rotated meanwhile. */
  addOrganizationKey(organizationId: string, key: WrappedKey): Promise<WrappedKey | undefined>;
}

/** Needs the tables of `storageMigrations`. */
export function createKeyStore(kysely: Kysely<Schema>): KeyStore {
  const select = ["wrapped", "master_id as masterId"] as const;
  const findHostKey: KeyStore["findHostKey"] = () =>
    kysely.selectFrom("host_key").select(select).where("name", "=", hostKeyName).executeTakeFirst();
  const findOrganizationKey: KeyStore["findOrganizationKey"] = (organizationId) =>
    kysely
      .selectFrom("organization_key")
      .select(select)
      .where("organization_id", "=", organizationId)
      .executeTakeFirst();
  return {
    findHostKey,
    async addHostKey({ wrapped, masterId }) {
      await kysely
        .insertInto("host_key")
        .values({ name: hostKeyName, wrapped, master_id: masterId })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const found = await findHostKey();
      if (found === undefined) throw new TypeError("The host's key was written and is not there.");
      return found;
    },
    findOrganizationKey,
    async addOrganizationKey(organizationId, { wrapped, masterId }) {
      await sql`insert into organization_key (organization_id, wrapped, master_id)
        select ${organizationId}::text, ${wrapped}::text, ${masterId}::text
        from (select master_id from host_key where name = ${hostKeyName} for share) as host
        where host.master_id = ${masterId}::text
        on conflict do nothing`.execute(kysely);
      return findOrganizationKey(organizationId);
    },
  };
}
