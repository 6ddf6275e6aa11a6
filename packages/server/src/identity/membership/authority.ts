/**
 * What one person may do to another in an organization.
 *
 * Invariants: nobody gives or takes away what they do not hold themselves; nobody changes their own
 * role; an owner remains. All of it is asked again under a lock of the organization, in the
 * transaction that does it: what the route's check saw may be over by then.
 */
import { BerthError } from "@berth/protocol";
import type { OrganizationPermission } from "@berth/protocol/api";
import type { Transaction } from "kysely";
import type { Caller } from "../../http/api.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Actor } from "../../trail/trail.ts";
import { findRole, type ResolvedRole } from "./role-permissions.ts";

export interface Acting {
  readonly caller: Caller;
  readonly organizationId: string;
  readonly requestId: string;
}

export function actorOf({ kind, personId, by, keyId, sessionId }: Caller): Actor {
  const credentialId = keyId ?? sessionId;
  return {
    ...{ kind, id: personId, by },
    ...(credentialId === undefined ? {} : { credentialId }),
  };
}

/** Orders all changes of who belongs to the organization, one after another. */
export async function lockOrganization(
  trx: Transaction<Schema>,
  organizationId: string,
): Promise<void> {
  await trx
    .selectFrom("organization")
    .select("id")
    .where("id", "=", organizationId)
    .forUpdate()
    .execute();
}

/** The role of a person in the organization now; undefined for who is no member. */
export async function findAuthority(
  trx: Transaction<Schema>,
  organizationId: string,
  personId: string,
): Promise<ResolvedRole | undefined> {
  const member = await trx
    .selectFrom("member")
    .select("role")
    .where("organizationId", "=", organizationId)
    .where("userId", "=", personId)
    .executeTakeFirst();
  if (member === undefined) return undefined;
  return (
    (await findRole(trx, organizationId, member.role)) ?? {
      ...{ id: member.role, name: member.role, permissions: new Set() },
    }
  );
}

/**
 * Locks the organization and reads what the caller may do in it now, their credential's limits taken
 * off.
 *
 * @throws AUTH_FORBIDDEN when it does not include `permission` any longer
 */
export async function takeAuthority(
  trx: Transaction<Schema>,
  { caller, organizationId }: Pick<Acting, "caller" | "organizationId">,
  permission: OrganizationPermission,
): Promise<ResolvedRole> {
  await lockOrganization(trx, organizationId);
  const found = await findAuthority(trx, organizationId, caller.personId);
  const { limitedTo } = caller;
  const held = [...(found?.permissions ?? [])].filter((name) => limitedTo?.has(name) ?? true);
  const authority = { id: "", name: "", ...found, permissions: new Set(held) };
  demandWithin(authority, [permission], "do this");
  return authority;
}

/** @throws AUTH_FORBIDDEN naming a permission that the one who acts does not hold */
export function demandWithin(
  authority: Pick<ResolvedRole, "permissions">,
  wanted: Iterable<OrganizationPermission>,
  what: string,
): void {
  for (const permission of wanted) {
    if (authority.permissions.has(permission)) continue;
    throw new BerthError(
      "AUTH_FORBIDDEN",
      `You may not ${what}: it takes the permission ${permission}, which you do not hold yourself.`,
      { details: { permission } },
    );
  }
}

/** @throws LAST_OWNER */
export async function demandAnOwner(
  trx: Transaction<Schema>,
  organizationId: string,
): Promise<void> {
  const owner = await trx
    .selectFrom("member")
    .select("id")
    .where("organizationId", "=", organizationId)
    .where("role", "=", "owner")
    .limit(1)
    .executeTakeFirst();
  if (owner !== undefined) return;
  throw new BerthError(
    "LAST_OWNER",
    "They are the organization's last owner; make somebody else an owner first.",
  );
}
