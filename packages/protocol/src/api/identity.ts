/** Sessions, API keys and the host itself as the API shows them. */
import * as z from "zod";
import { placementKinds } from "../placement.ts";
import { plainLine } from "./plain-line.ts";
import { empty, instant, publisherView } from "./registry.ts";
import { route } from "./route.ts";

export const sessionView = z.object({
  person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  isOperator: z.boolean(),
  organizations: z.array(
    z.object({ slug: z.string(), name: z.string(), role: z.enum(["owner", "admin", "member"]) }),
  ),
  publishers: z.array(publisherView.pick({ name: true, displayName: true })),
  /** `key` when an API key was used, `embed` in a page of the product. */
  by: z.enum(["session", "key", "embed"]),
});

export const apiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  /** The first characters, to recognize it by. */
  start: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
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
    response: sessionView,
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
    summary: "Create an API key. Its secret is shown once.",
    access: "person",
    body: z.object({
      name: plainLine(80),
      expiresInDays: z.number().int().min(1).max(730).optional(),
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

export type SessionView = z.output<typeof sessionView>;
export type ApiKeyView = z.output<typeof apiKeyView>;
export type PostureView = z.output<typeof postureView>;
