/**
 * What people may do, by name. A role is a set of these; a route names the one it needs.
 *
 * Not to be mixed up with the permissions of apps (`permissions/grammar.ts`), which say what an app
 * may reach.
 */

/** In an organization. */
export const organizationPermissions = Object.freeze({
  "organization.read": "See the organization, its people and their roles",
  "organization.manage": "Rename the organization, name and remove owners",
  "members.manage": "Invite people, change their roles and groups, remove them",
  "roles.manage": "Make, change and remove roles of the organization's own",
  "sign-in.manage": "Set up single sign-on and provisioning",
  "service-principals.manage": "Make and remove service principals and their keys",
  "apps.use": "Open apps and call their functions",
  "apps.read": "See installed apps, their state, runs, use and configuration",
  "apps.install": "Install, update and remove apps, with consent to what they ask for",
  "apps.configure": "Change the configuration and secrets of apps",
  "apps.operate": "Suspend and resume apps",
  "grants.manage": "Grant and revoke what apps may do",
  "logs.read": "Read what apps log",
  "policies.read": "Read the organization's policies and explain decisions",
  "policies.manage": "Write, publish and roll back the organization's policies",
  "audit.read": "Search the organization's audit log",
  "audit.export": "Export the organization's audit log",
  "people.erase": "Erase a person's data in the organization",
} as const);

/** In a publisher. */
export const publisherPermissions = Object.freeze({
  "publisher.read": "See the publisher's people and all its releases",
  "publisher.manage": "Name and remove the publisher's people",
  "keys.manage": "Register and revoke signing keys",
  "releases.publish": "Publish and withdraw releases",
} as const);

/** On the whole host. */
export const operatorPermissions = Object.freeze({
  "host.read": "See the host's posture, nodes and organizations",
  "host.manage": "Change what the host allows, its keys and its operators",
  "embed-keys.manage": "Register and remove the product's keys",
  "organizations.manage": "Make, suspend and remove organizations",
  "people.support": "End sessions, lift lock-outs and send sign-in links",
  "people.erase": "Erase a person",
  "policies.read": "Read the operator's policies and explain decisions",
  "policies.manage": "Write, publish and roll back the operator's policies",
  "audit.read": "Search the whole audit log",
  "audit.export": "Export the whole audit log",
} as const);

export type OrganizationPermission = keyof typeof organizationPermissions;
export type PublisherPermission = keyof typeof publisherPermissions;
export type OperatorPermission = keyof typeof operatorPermissions;
