/** What an installed app may do: its grants, who changed them, and what it asks for. */
import * as z from "zod";
import { plainLine } from "./plain-line.ts";
import { instant, permissionView } from "./registry.ts";
import { route } from "./route.ts";

const organization = z.string().regex(/^[a-z0-9-]{1,64}$/);
const orgParams = z.object({ organization });
const installationParams = orgParams.extend({ installation: z.string().regex(/^i[0-9a-z]{26}$/) });
const grantParams = installationParams.extend({
  grant: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
});

const conditions = z
  .record(z.string(), z.unknown())
  .describe("time, roles, groups, organizations, ipRanges, maxSecondFactorAgeMinutes, …");

export const grantScope = z.object({
  persons: z.array(z.string().min(1).max(64)).max(200).default([]).describe("Ids of members"),
  groups: z.array(z.string().min(1).max(128)).max(50).default([]),
});

/** For whom, when and until when; what is null is not limited. */
const terms = {
  scope: grantScope.nullable().default(null).describe("Null: the whole organization"),
  conditions: conditions
    .nullable()
    .default(null)
    .describe("At least those of the manifest; null: exactly those"),
  expiresAt: instant.nullable().default(null),
};

export const grantDetail = permissionView.extend({
  id: z.string(),
  optional: z.boolean(),
  conditions: conditions.describe("Empty: at any time"),
  scope: z
    .object({
      persons: z.array(z.object({ id: z.string(), name: z.string() })),
      groups: z.array(z.string()),
    })
    .nullable()
    .describe("Null: the whole organization"),
  expiresAt: instant.nullable(),
  isExpired: z.boolean(),
  note: z.string().nullable().describe("Why it was granted or changed, in an admin's words"),
  grantedBy: z.string(),
  grantedAt: instant,
  lastUsedAt: instant
    .nullable()
    .describe("To about half a minute; of what only a page decides: when a view was given it"),
});

export const permissionChangeView = z.object({
  kind: z.enum(["added", "widened", "narrowed", "removed", "conditions", "required"]),
  before: permissionView.nullable(),
  after: permissionView.nullable(),
  needsConsent: z.boolean(),
});

const grantsPath = "/organizations/{organization}/installations/{installation}/grants";

export const grantRoutes = {
  listGrants: route({
    method: "get",
    path: grantsPath,
    tag: "Grants",
    summary: "What the app may reach: its grants, and what it asks for and was not granted.",
    access: "organization",
    permission: "apps.read",
    params: installationParams,
    response: z.object({ grants: z.array(grantDetail), notGranted: z.array(permissionView) }),
  }),
  grantPermission: route({
    method: "post",
    path: grantsPath,
    tag: "Grants",
    summary: "Grant what the app's manifest asks for and was not granted; nothing else can be.",
    access: "organization",
    permission: "grants.manage",
    stepUp: "where-asked",
    params: installationParams,
    body: z.object({
      permission: permissionView.pick({ type: true, resource: true, actions: true }),
      ...terms,
      reason: plainLine(280).optional(),
    }),
    status: 201,
    response: grantDetail,
  }),
  changeGrant: route({
    method: "put",
    path: `${grantsPath}/{grant}`,
    tag: "Grants",
    summary:
      "Replace a grant's scope, conditions and expiry. Conditions are never wider than the manifest's.",
    access: "organization",
    permission: "grants.manage",
    stepUp: "where-asked",
    params: grantParams,
    body: z.object({ ...terms, reason: plainLine(280).optional() }),
    response: grantDetail,
  }),
  revokeGrant: route({
    method: "post",
    path: `${grantsPath}/{grant}/revoke`,
    tag: "Grants",
    summary:
      "Take a grant back. Once this is answered, the app's next call that needs it is denied.",
    access: "organization",
    permission: "grants.manage",
    params: grantParams,
    body: z.object({ reason: plainLine(280) }),
    response: z.object({ revoked: z.string() }),
  }),
  getPermissionChanges: route({
    method: "get",
    path: "/organizations/{organization}/installations/{installation}/permission-changes",
    tag: "Grants",
    summary: "How another release's permissions differ from those of the one that is installed.",
    access: "organization",
    permission: "apps.read",
    params: installationParams,
    query: z.object({ version: z.string().min(1).max(64).default("latest") }),
    response: z.object({
      from: z.string().describe("Version"),
      to: z.string().describe("Version"),
      isNewer: z.boolean().describe("`to` is the higher of the two (SemVer 2.0.0)"),
      changes: z.array(permissionChangeView),
      needsConsent: z.boolean().describe("The other release must wait for an admin's consent"),
    }),
  }),
  listUnusedGrants: route({
    method: "get",
    path: "/organizations/{organization}/unused-grants",
    tag: "Grants",
    summary: "Grants of the organization's apps that nobody used for so long.",
    access: "organization",
    permission: "apps.read",
    params: orgParams,
    query: z.object({ days: z.coerce.number().int().min(1).max(3650).default(90) }),
    response: z.object({
      grants: z
        .array(
          grantDetail
            .omit({ scope: true })
            .extend({ installation: z.string(), app: z.string(), title: z.string() }),
        )
        .max(1000),
    }),
  }),
} as const;

export type GrantDetail = z.output<typeof grantDetail>;
export type PermissionChangeView = z.output<typeof permissionChangeView>;
