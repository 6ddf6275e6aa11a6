/** Sessions, API keys and the host itself as the API shows them. */
import * as z from "zod";
import {
  operatorPermissions,
  organizationPermissions,
  publisherPermissions,
} from "../access/permissions.ts";
import { publisherRoles } from "../access/roles.ts";
import { placementKinds } from "../placement.ts";
import { plainLine } from "./plain-line.ts";
import { empty, instant, publisherView } from "./registry.ts";
import { route } from "./route.ts";

/** The keys of a table, for an enumeration. */
export function keysOf<Key extends string>(table: Readonly<Record<Key, string>>): [Key, ...Key[]] {
  // Never empty, and Object.keys gives a frozen literal's own.
  return Object.keys(table) as [Key, ...Key[]];
}

export const defaultKeyDays = 90;
export const maxKeyDays = 730;

export const sessionView = z.object({
  /** `service` for a service principal, which is nobody. */
  kind: z.enum(["person", "service"]),
  person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  isOperator: z.boolean(),
  /** What the caller may do on the whole host; empty for who is no operator. */
  operatorPermissions: z.array(z.enum(keysOf(operatorPermissions))),
  organizations: z.array(
    z.object({
      slug: z.string(),
      name: z.string(),
      role: z.string().describe("A built-in role, or the id of one of the organization's own"),
      roleName: z.string(),
      permissions: z.array(z.enum(keysOf(organizationPermissions))),
    }),
  ),
  publishers: z.array(
    publisherView.pick({ name: true, displayName: true }).extend({
      role: z.enum(publisherRoles),
    }),
  ),
  /** `key` when an API key was used, `embed` in a page of the product, `sso` by single sign-on. */
  by: z.enum(["session", "key", "embed", "sso"]),
});

/** The first step was right, and there is no session yet. */
export const signInChallengeView = z.object({
  secondFactor: z.object({
    /** Until when the second step may be taken; its cookie came with this answer. */
    expiresAt: instant,
  }),
});

/** What a first step answers: a session, or the wish for a second factor. */
export const signInView = z.union([sessionView, signInChallengeView]);

const allPermissions = [
  ...new Set([
    ...keysOf(organizationPermissions),
    ...keysOf(publisherPermissions),
    ...keysOf(operatorPermissions),
  ]),
];

/** What a key is limited to; null: to what its person may do, whatever that is. */
const keyScope = z.array(z.enum(allPermissions)).min(1).max(60);

export const apiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  /** The first characters, to recognize it by. */
  start: z.string(),
  createdAt: instant,
  /** Null for keys that were made before keys had to end. */
  expiresAt: instant.nullable(),
  /** To the minute. */
  lastUsedAt: instant.nullable(),
  permissions: z.array(z.string()).nullable().describe("Null: all that its person may do"),
  organization: z.string().nullable().describe("The only one that it reaches"),
  publisher: z.string().nullable().describe("The only one that it reaches"),
});

export const postureLimitView = z.object({
  limit: z.string(),
  enforcer: z.enum(["cgroup", "heap", "watchdog", "gateway", "quota", "jail", "none"]),
  isProven: z.boolean(),
  evidence: z.string(),
});

export const postureView = z.object({
  /** `degraded` when a limit has no enforcer; `unsafe` when cells are not jailed. */
  level: z.enum(["full", "degraded", "unsafe"]),
  engine: z.object({ name: z.string(), version: z.string(), ageDays: z.number() }),
  host: z.array(
    z.object({
      name: z.string(),
      isOk: z.boolean(),
      finding: z.string(),
      mend: z.string().nullable(),
    }),
  ),
  limits: z.array(postureLimitView),
  placement: z
    .object({
      default: z.enum(placementKinds),
      publishers: z.array(z.object({ publisher: z.string(), placement: z.enum(placementKinds) })),
    })
    .describe("Which installations share a cell"),
  notices: z.array(z.string()).describe("What the operator should know, such as where keys lie"),
  provenAt: instant.nullable(),
});

export const identityRoutes = {
  redeemSignInLink: route({
    method: "post",
    path: "/session/link",
    tag: "Identity",
    summary: "Sign in by a single-use link's token. Public: the token is the proof.",
    access: "public",
    body: z.object({ token: z.string().min(16).max(200) }),
    response: sessionView,
  }),
  signInWithPassword: route({
    method: "post",
    path: "/auth/sign-in/email",
    tag: "Identity",
    summary: "Sign in by e-mail address and password. Public: the password is the proof.",
    access: "public",
    body: z.object({ email: z.string().min(3).max(254), password: z.string().min(1).max(200) }),
    response: signInView,
  }),
  getSession: route({
    method: "get",
    path: "/session",
    tag: "Identity",
    summary: "Who is calling, and where they belong.",
    access: "person",
    response: sessionView,
  }),
  endSession: route({
    method: "delete",
    path: "/session",
    tag: "Identity",
    summary: "Sign out.",
    access: "person",
    status: 204,
    response: empty,
  }),
  setPassword: route({
    method: "put",
    path: "/session/password",
    tag: "Identity",
    summary:
      "Set a password, for the next sign-in. Someone who has one already must send it as current.",
    access: "person",
    body: z.object({
      password: z.string().min(10).max(200),
      current: z.string().max(200).optional(),
    }),
    status: 204,
    response: empty,
  }),
  listApiKeys: route({
    method: "get",
    path: "/api-keys",
    tag: "Identity",
    summary: "Your API keys.",
    access: "person",
    response: z.object({ keys: z.array(apiKeyView) }),
  }),
  createApiKey: route({
    method: "post",
    path: "/api-keys",
    tag: "Identity",
    summary:
      "Create an API key. Its secret is shown once. It never does more than you may, and ends after 90 days unless you say otherwise.",
    access: "person",
    stepUp: "always",
    body: z.object({
      name: plainLine(80),
      expiresInDays: z.number().int().min(1).max(maxKeyDays).default(defaultKeyDays),
      permissions: keyScope.optional().describe("Left out: all that you may do"),
      organization: z.string().optional().describe("The only one that it shall reach"),
      publisher: z.string().optional().describe("The only one that it shall reach"),
    }),
    status: 201,
    response: apiKeyView.extend({ secret: z.string() }),
  }),
  deleteApiKey: route({
    method: "delete",
    path: "/api-keys/{key}",
    tag: "Identity",
    summary: "Revoke an API key.",
    access: "person",
    params: z.object({ key: z.string() }),
    status: 204,
    response: empty,
  }),
} as const;

export const hostRoutes = {
  getHealth: route({
    method: "get",
    path: "/health",
    tag: "Host",
    summary: "Whether Berth answers. Public: it says nothing else.",
    access: "public",
    response: z.object({ status: z.literal("ok"), version: z.string() }),
  }),
  getPosture: route({
    method: "get",
    path: "/posture",
    tag: "Host",
    summary: "What isolates and limits apps on this host right now, with its proof.",
    access: "person",
    response: postureView,
  }),
  getManifestSchema: route({
    method: "get",
    path: "/schemas/manifest.json",
    tag: "Host",
    summary: "The JSON Schema of berth.json. Public: editors fetch it.",
    access: "public",
    response: z.record(z.string(), z.unknown()),
  }),
} as const;

export type SignInView = z.output<typeof signInView>;
export type SessionView = z.output<typeof sessionView>;
export type ApiKeyView = z.output<typeof apiKeyView>;
export type PostureView = z.output<typeof postureView>;
