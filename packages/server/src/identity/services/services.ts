/**
 * Service principals: callers that belong to an organization or a publisher and are nobody.
 *
 * Each has a row among people, so that what it does bears a name; it has no password, no passkey and no
 * address that mail reaches, and signs in nowhere. Invariants: it may do what it was given and no
 * more; nobody gives one more than they hold, and nobody gets a key of one that may do more than they.
 */
import { BerthError, createId } from "@berth/protocol";
import {
  maxServiceKeys,
  type OrganizationPermission,
  type PublisherPermission,
  type ServiceKeyView,
  type ServiceView,
} from "@berth/protocol/api";
import type { Transaction } from "kysely";
import type { OrganizationContext } from "../../http/api.ts";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Act, ActOrigin, ActRecord } from "../../trail/trail.ts";
import type { ApiKeys } from "../api-keys.ts";
import type { AccessChanges } from "../membership/access-changes.ts";

const prefix = "svc";
const idBytes = 16;
const maxServices = 100;

export function isServiceId(id: string): boolean {
  return id.startsWith(prefix);
}

/** Whose a service principal is. */
export type ServiceOwner =
  | { readonly organizationId: string; readonly publisherName: null }
  | { readonly organizationId: null; readonly publisherName: string };

/** Who gives, and what they themselves may do there. */
export interface Giver {
  readonly origin: ActOrigin;
  readonly held: ReadonlySet<string>;
}

export interface Services {
  list(owner: ServiceOwner): Promise<ServiceView[]>;
  /** @throws AUTH_FORBIDDEN for what the giver does not hold; REQUEST_INVALID when there are too many */
  create(
    owner: ServiceOwner,
    service: { readonly name: string; readonly permissions: readonly string[] },
    by: Giver,
  ): Promise<ServiceView>;
  /** @throws SERVICE_PRINCIPAL_NOT_FOUND, AUTH_FORBIDDEN */
  update(
    owner: ServiceOwner,
    change: {
      readonly id: string;
      readonly permissions?: readonly string[] | undefined;
      readonly isDisabled?: boolean | undefined;
    },
    by: Giver,
  ): Promise<ServiceView>;
  /** @throws SERVICE_PRINCIPAL_NOT_FOUND */
  remove(owner: ServiceOwner, id: string, by: Giver): Promise<void>;
  /** @throws SERVICE_PRINCIPAL_NOT_FOUND, AUTH_FORBIDDEN, REQUEST_INVALID when it has two */
  createKey(
    owner: ServiceOwner,
    key: { readonly serviceId: string; readonly expiresInDays?: number | undefined },
    by: Giver,
  ): Promise<ServiceKeyView & { readonly secret: string }>;
  /** @throws SERVICE_PRINCIPAL_NOT_FOUND when it or the key is none of the owner's */
  removeKey(
    owner: ServiceOwner,
    key: { readonly serviceId: string; readonly keyId: string },
    by: Giver,
  ): Promise<void>;
  /** Its own organization, with what it may do there. */
  membershipsOf(id: string): Promise<OrganizationContext[]>;
  /** What it may do in the publisher; undefined when it is not that publisher's. */
  permissionsIn(
    publisherName: string,
    id: string,
  ): Promise<ReadonlySet<PublisherPermission> | undefined>;
  /** The publisher that it is of. */
  publisherOf(id: string): Promise<string | undefined>;
}

interface ServiceRow {
  readonly person_id: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly disabled_at: Date | null;
  readonly created_at: Date;
}

export function createServices(options: {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Ground;
  readonly apiKeys: ApiKeys;
  readonly trail: ActRecord;
  readonly accessChanges: AccessChanges;
}): Services {
  const { apiKeys, trail, accessChanges } = options;
  const { kysely } = options.database;
  const { clock, random } = options.ground;

  const select = (owner: ServiceOwner, db: Pick<typeof kysely, "selectFrom"> = kysely) =>
    db
      .selectFrom("service_principal")
      .innerJoin("person", "person.id", "service_principal.person_id")
      .select(["person_id", "person.name", "permissions", "disabled_at", "created_at"])
      .where((by) =>
        owner.publisherName === null
          ? by("organization_id", "=", owner.organizationId)
          : by("publisher_name", "=", owner.publisherName),
      );

  const notFound = (id: string) =>
    new BerthError(
      "SERVICE_PRINCIPAL_NOT_FOUND",
      `There is no service principal ${JSON.stringify(id.slice(0, 64))} here.`,
    );

  /** Locked until the transaction ends. */
  async function get(trx: Transaction<Schema>, owner: ServiceOwner, id: string) {
    const row = await select(owner, trx)
      .where("person_id", "=", id)
      .forUpdate("service_principal")
      .executeTakeFirst();
    if (row === undefined) throw notFound(id);
    return row;
  }

  const viewOf = (row: ServiceRow, keys: readonly ServiceKeyView[]): ServiceView => ({
    id: row.person_id,
    name: row.name,
    permissions: [...row.permissions],
    isDisabled: row.disabled_at !== null,
    createdAt: row.created_at.toISOString(),
    keys: keys.map(keyView),
  });

  function checkHeld(permissions: readonly string[], { held }: Giver): void {
    const missing = permissions.find((permission) => !held.has(permission));
    if (missing === undefined) return;
    throw new BerthError(
      "AUTH_FORBIDDEN",
      `You do not hold ${missing} here yourself, so you cannot give it, or a key that has it.`,
      { details: { permission: missing } },
    );
  }

  const act = (
    action: string,
    owner: ServiceOwner,
    { id, by, details }: { id: string; by: Giver; details?: Act["details"] },
  ): Act => ({
    ...by.origin,
    action: `service-principal.${action}`,
    organizationId: owner.organizationId,
    target: { kind: "service", id },
    ...(details === undefined ? {} : { details }),
  });

  /** Ends what it has open by what it was allowed. A publisher has nothing that stays open. */
  async function tell({ organizationId }: ServiceOwner, id: string): Promise<void> {
    if (organizationId !== null) await accessChanges.tell({ organizationId, personIds: [id] });
  }

  async function find(owner: ServiceOwner, id: string): Promise<ServiceView> {
    const row = await select(owner).where("person_id", "=", id).executeTakeFirstOrThrow();
    return viewOf(row, await apiKeys.list(id));
  }

  return {
    async list(owner) {
      const rows = await select(owner).orderBy("created_at").execute();
      const keys = await apiKeys.listOfMany(rows.map(({ person_id }) => person_id));
      return rows.map((row) => viewOf(row, keys.get(row.person_id) ?? []));
    },

    async create(owner, { name, permissions }, by) {
      checkHeld(permissions, by);
      const id = createId(prefix, random(idBytes));
      await kysely.transaction().execute(async (trx) => {
        const all = await select(owner, trx).execute();
        if (all.length >= maxServices) {
          throw new BerthError(
            "REQUEST_INVALID",
            `There are ${all.length} service principals here, and ${maxServices} is the most.`,
          );
        }
        // No mail reaches it, and nobody can claim it: RFC 2606 keeps `.invalid` free.
        const email = `${id}@services.invalid`;
        await trx.insertInto("person").values({ id, name, email, emailVerified: false }).execute();
        await trx
          .insertInto("service_principal")
          .values({
            person_id: id,
            organization_id: owner.organizationId,
            publisher_name: owner.publisherName,
            permissions: JSON.stringify(permissions),
            disabled_at: null,
            created_at: new Date(clock.now()),
          })
          .execute();
        const details = { permissions: [...permissions] };
        await trail.record(trx, act("create", owner, { id, by, details }));
      });
      return find(owner, id);
    },

    async update(owner, { id, permissions, isDisabled }, by) {
      await kysely.transaction().execute(async (trx) => {
        const row = await get(trx, owner, id);
        const next = permissions ?? row.permissions;
        // Taking away and disabling need nothing; giving, and waking what was given, does.
        const added = next.filter((permission) => !row.permissions.includes(permission));
        checkHeld(isDisabled === false ? next : added, by);
        await trx
          .updateTable("service_principal")
          .set({
            permissions: JSON.stringify(next),
            ...(isDisabled === undefined
              ? {}
              : { disabled_at: isDisabled ? new Date(clock.now()) : null }),
          })
          .where("person_id", "=", id)
          .execute();
        const details = {
          permissions: [...next],
          isDisabled: isDisabled ?? row.disabled_at !== null,
        };
        await trail.record(trx, act("update", owner, { id, by, details }));
      });
      await tell(owner, id);
      return find(owner, id);
    },

    async remove(owner, id, by) {
      await kysely.transaction().execute(async (trx) => {
        await get(trx, owner, id);
        await trx.deleteFrom("api_key").where("referenceId", "=", id).execute();
        // The row among people stays: what it did bears its name.
        await trx.deleteFrom("service_principal").where("person_id", "=", id).execute();
        await trail.record(trx, act("remove", owner, { id, by }));
      });
      await tell(owner, id);
    },

    async createKey(owner, { serviceId: id, expiresInDays }, by) {
      const issued = await kysely.transaction().execute(async (trx) => {
        const row = await get(trx, owner, id);
        checkHeld(row.permissions, by);
        const now = new Date(clock.now());
        await trx
          .deleteFrom("api_key")
          .where("referenceId", "=", id)
          .where("expiresAt", "<=", now)
          .execute();
        const held = await trx
          .selectFrom("api_key")
          .select("id")
          .where("referenceId", "=", id)
          .execute();
        if (held.length >= maxServiceKeys) {
          throw new BerthError(
            "REQUEST_INVALID",
            `${row.name} has ${held.length} keys, so that one can follow the other; revoke one first.`,
          );
        }
        const key = await apiKeys.issue(trx, {
          ownerId: id,
          name: row.name,
          ...(expiresInDays === undefined ? {} : { expiresInDays }),
        });
        await trail.record(trx, act("key.create", owner, { id, by, details: { key: key.id } }));
        return key;
      });
      return { ...keyView(await apiKeys.get(id, issued.id)), secret: issued.secret };
    },

    async removeKey(owner, { serviceId: id, keyId }, by) {
      await kysely.transaction().execute(async (trx) => {
        await get(trx, owner, id);
        if (!(await apiKeys.remove(trx, id, keyId))) throw notFound(keyId);
        await trail.record(trx, act("key.revoke", owner, { id, by, details: { key: keyId } }));
      });
      await tell(owner, id);
    },

    async membershipsOf(id) {
      if (!isServiceId(id)) return [];
      const rows = await kysely
        .selectFrom("service_principal")
        .innerJoin("organization", "organization.id", "service_principal.organization_id")
        .select(["organization.id", "organization.slug", "organization.name", "permissions"])
        .where("person_id", "=", id)
        .where("disabled_at", "is", null)
        .execute();
      return rows.map(({ permissions, ...organization }) => ({
        ...organization,
        role: "service",
        // Only such names were let in.
        permissions: new Set(permissions as OrganizationPermission[]),
      }));
    },

    async permissionsIn(publisherName, id) {
      if (!isServiceId(id)) return undefined;
      const row = await kysely
        .selectFrom("service_principal")
        .select("permissions")
        .where("person_id", "=", id)
        .where("publisher_name", "=", publisherName)
        .where("disabled_at", "is", null)
        .executeTakeFirst();
      // Only such names were let in.
      return row && new Set(row.permissions as PublisherPermission[]);
    },

    async publisherOf(id) {
      if (!isServiceId(id)) return undefined;
      const row = await kysely
        .selectFrom("service_principal")
        .select("publisher_name")
        .where("person_id", "=", id)
        .executeTakeFirst();
      return row?.publisher_name ?? undefined;
    },
  };
}

function keyView(key: ServiceKeyView): ServiceKeyView {
  const { id, start, createdAt, expiresAt, lastUsedAt } = key;
  return { id, start, createdAt, expiresAt, lastUsedAt };
}
