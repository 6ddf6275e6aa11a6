/**
 * The roles that every Berth has. An organization may make further ones of its own, out of the same
 * permissions; the built-in ones cannot be changed.
 */
import {
  type OperatorPermission,
  type OrganizationPermission,
  operatorPermissions,
  organizationPermissions,
  type PublisherPermission,
  publisherPermissions,
} from "./permissions.ts";

// Object.keys gives the literal keys of a frozen literal.
const allOfOrganization = Object.keys(organizationPermissions) as OrganizationPermission[];
const allOfPublisher = Object.keys(publisherPermissions) as PublisherPermission[];
const allOfOperator = Object.keys(operatorPermissions) as OperatorPermission[];

export const organizationRoles = Object.freeze(["owner", "admin", "auditor", "member"] as const);
export const publisherRoles = Object.freeze(["owner", "developer"] as const);
export const operatorRoles = Object.freeze(["admin", "auditor", "support"] as const);

export type OrganizationRoleName = (typeof organizationRoles)[number];
export type PublisherRoleName = (typeof publisherRoles)[number];
export type OperatorRoleName = (typeof operatorRoles)[number];

export const permissionsOfOrganizationRole: Readonly<
  Record<OrganizationRoleName, ReadonlySet<OrganizationPermission>>
> = Object.freeze({
  owner: new Set(allOfOrganization),
  admin: new Set(allOfOrganization.filter((name) => name !== "organization.manage")),
  auditor: new Set<OrganizationPermission>([
    ...(["organization.read", "apps.read", "logs.read"] as const),
    ...(["policies.read", "audit.read", "audit.export"] as const),
  ]),
  member: new Set<OrganizationPermission>(["organization.read", "apps.use", "apps.read"]),
});

export const permissionsOfPublisherRole: Readonly<
  Record<PublisherRoleName, ReadonlySet<PublisherPermission>>
> = Object.freeze({
  owner: new Set(allOfPublisher),
  developer: new Set<PublisherPermission>(["publisher.read", "releases.publish"]),
});

export const permissionsOfOperatorRole: Readonly<
  Record<OperatorRoleName, ReadonlySet<OperatorPermission>>
> = Object.freeze({
  admin: new Set(allOfOperator),
  auditor: new Set<OperatorPermission>([
    "host.read",
    "policies.read",
    "audit.read",
    "audit.export",
  ]),
  support: new Set<OperatorPermission>(["host.read", "people.support"]),
});
