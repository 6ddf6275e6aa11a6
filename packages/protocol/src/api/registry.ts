/** Publishers, keys, apps and releases as the API shows them. */
import * as z from "zod";
import { isSlug } from "../ids.ts";
import { plainLine } from "./plain-line.ts";
import { route } from "./route.ts";

const slug = z.string().refine(isSlug, "expected lower-case letters, digits and dashes");
export const instant = z.iso.datetime().describe("UTC, ISO 8601");
export const digestText = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe("SHA-256, hexadecimal");
export const empty = z.undefined().describe("No content");

export const permissionView = z.object({
  type: z.string(),
  resource: z.string(),
  actions: z.array(z.string()),
  reason: z.string().optional(),
  optional: z.boolean().optional(),
  conditions: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("When it may be used; the conditions of the manifest's JSON Schema"),
});

export const publisherView = z.object({
  name: slug,
  displayName: z.string(),
  createdAt: instant,
});

export const keyView = z.object({
  keyId: z.string().regex(/^[0-9a-f]{32}$/),
  publicKey: z.string().describe("Ed25519, 32 bytes, base64"),
  label: z.string(),
  createdAt: instant,
  revokedAt: instant.nullable(),
});

export const findingView = z.object({
  rule: z.string(),
  severity: z.enum(["error", "warning", "info"]),
  message: z.string(),
  path: z.string().nullable(),
});

export const releaseView = z.object({
  id: z.string(),
  app: z.string(),
  version: z.string(),
  digest: digestText,
  packageBytes: z.number(),
  signedBy: z.string().describe("Key id"),
  status: z.enum(["published", "rejected", "yanked"]),
  findings: z.array(findingView),
  publishedAt: instant,
});

export const appView = z.object({
  app: z.string().describe("publisher/name"),
  publisher: publisherView.pick({ name: true, displayName: true }),
  title: z.string(),
  description: z.string(),
  latestVersion: z.string(),
  sandboxLevel: z.string(),
  hasView: z.boolean(),
  hasFunction: z.boolean(),
  updatedAt: instant,
});

export const releaseDetail = releaseView.extend({
  manifest: z.record(z.string(), z.unknown()).describe("The parsed berth.json"),
  permissions: z.array(permissionView).describe("All that consent will show"),
  signerLabel: z.string(),
});

export const publisherParams = z.object({ publisher: slug });
export const appParams = z.object({ publisher: slug, name: slug });

export const registryRoutes = {
  createPublisher: route({
    method: "post",
    path: "/publishers",
    tag: "Registry",
    summary: "Create a publisher; the caller becomes its owner.",
    access: "person",
    body: z.object({ name: slug, displayName: plainLine(80) }),
    status: 201,
    response: publisherView,
  }),
  getPublisher: route({
    method: "get",
    path: "/publishers/{publisher}",
    tag: "Registry",
    summary: "A publisher with its keys.",
    access: "person",
    params: publisherParams,
    response: publisherView.extend({ keys: z.array(keyView) }),
  }),
  addPublisherKey: route({
    method: "post",
    path: "/publishers/{publisher}/keys",
    tag: "Registry",
    summary: "Add a signing key.",
    access: "publisher",
    permission: "keys.manage",
    stepUp: "where-asked",
    params: publisherParams,
    body: z.object({
      publicKey: z.string().regex(/^[A-Za-z0-9+/]{43}=$/, "expected 32 bytes in base64"),
      label: plainLine(80),
    }),
    status: 201,
    response: keyView,
  }),
  revokePublisherKey: route({
    method: "delete",
    path: "/publishers/{publisher}/keys/{keyId}",
    tag: "Registry",
    summary: "Revoke a signing key; releases already published stay.",
    access: "publisher",
    permission: "keys.manage",
    stepUp: "where-asked",
    params: publisherParams.extend({ keyId: z.string() }),
    response: keyView,
  }),
  publishRelease: route({
    method: "post",
    path: "/publishers/{publisher}/apps/{name}/releases",
    tag: "Registry",
    summary:
      "Publish a release: the package as the body, its DSSE envelope as base64 in the header berth-signature.",
    access: "publisher",
    permission: "releases.publish",
    params: appParams,
    rawBody: "application/x-tar",
    status: 201,
    response: releaseView,
  }),
  listPublisherReleases: route({
    method: "get",
    path: "/publishers/{publisher}/releases",
    tag: "Registry",
    summary: "All releases of a publisher, rejected ones included, newest first.",
    access: "publisher",
    permission: "publisher.read",
    params: publisherParams,
    response: z.object({ releases: z.array(releaseView) }),
  }),
  listApps: route({
    method: "get",
    path: "/apps",
    tag: "Registry",
    summary: "Apps with at least one published release.",
    access: "person",
    query: z.object({ search: z.string().max(200).optional() }),
    response: z.object({ apps: z.array(appView) }),
  }),
  getApp: route({
    method: "get",
    path: "/apps/{publisher}/{name}",
    tag: "Registry",
    summary: "An app and its published releases, newest first.",
    access: "person",
    params: appParams,
    response: appView.extend({ releases: z.array(releaseView), readme: z.string().nullable() }),
  }),
  getRelease: route({
    method: "get",
    path: "/apps/{publisher}/{name}/releases/{version}",
    tag: "Registry",
    summary: "One release with its manifest and permissions; `latest` names the newest.",
    access: "person",
    params: appParams.extend({ version: z.string().min(1).max(64) }),
    response: releaseDetail,
  }),
  downloadPackage: route({
    method: "get",
    path: "/apps/{publisher}/{name}/releases/{version}/package",
    tag: "Registry",
    summary: "The signed package, byte for byte.",
    access: "person",
    params: appParams.extend({ version: z.string().min(1).max(64) }),
    kind: "raw",
    response: z.unknown(),
  }),
} as const;

export type AppView = z.output<typeof appView>;
export type ReleaseView = z.output<typeof releaseView>;
export type ReleaseDetail = z.output<typeof releaseDetail>;
export type FindingView = z.output<typeof findingView>;
export type PublisherView = z.output<typeof publisherView>;
export type KeyView = z.output<typeof keyView>;
