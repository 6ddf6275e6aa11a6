/**
 * What a role gives: a built-in one by the protocol, one of an organization's own by its row.
 *
 * Invariant: a role that is not known gives nothing, and neither does a permission that is not.
 */
import {
  type OrganizationPermission,
  type OrganizationRoleName,
  organizationPermissions,
  organizationRoles,
  permissionsOfOrganizationRole,
} from "@berth/protocol/api";
import type { Kysely } from "kysely";
import type { Schema } from "../../storage/schema.ts";

export interface ResolvedRole {
  readonly id: string;
  readonly name: string;
  readonly permissions: ReadonlySet<OrganizationPermission>;
}

export function isBuiltInRole(role: string): role is OrganizationRoleName {
  return organizationRoles.some((name) => name === role);
}

/** @param stored - of the role's own row; undefined or null when there is none */
export function resolveRole(
  role: string,
  stored: { readonly name: string | null; readonly permissions: unknown } | undefined,
): ResolvedRole {
  if (isBuiltInRole(role)) {
    return { id: role, name: role, permissions: permissionsOfOrganizationRole[role] };
  }
  const listed = Array.isArray(stored?.permissions) ? (stored.permissions as unknown[]) : [];
  // A permission that a later version takes away gives nothing.
  const known = listed.filter(
    (name): name is OrganizationPermission =>
      typeof name === "string" && Object.hasOwn(organizationPermissions, name),
  );
  return { id: role, name: stored?.name ?? role, permissions: new Set(known) };
}

/** The role when it is built in or this organization's own. */
export async function findRole(
  db: Kysely<Schema>,
  organizationId: string,
  role: string,
): Promise<ResolvedRole | undefined> {
  if (isBuiltInRole(role)) return resolveRole(role, undefined);
  const row = await db
    .selectFrom("organization_role")
    .select(["name", "permissions"])
    .where("organization_id", "=", organizationId)
    .where("id", "=", role)
    .executeTakeFirst();
  return row === undefined ? undefined : resolveRole(role, row);
}
