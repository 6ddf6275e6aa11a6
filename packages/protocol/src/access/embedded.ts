/**
 * What a session that an embedding product opened carries at the most, whatever role the product says.
 *
 * The product's backend is believed about who somebody is; nobody there proved anything to Berth. So its
 * word gives what a page about apps needs, and nothing that decides who people are, what they may do, or
 * what is known of them.
 */
import type { OrganizationPermission } from "./permissions.ts";

export const embeddedPermissions: ReadonlySet<OrganizationPermission> =
  new Set<OrganizationPermission>([
    ...(["organization.read", "apps.use", "apps.read", "apps.install"] as const),
    ...(["apps.configure", "apps.operate", "grants.manage", "logs.read"] as const),
  ]);
