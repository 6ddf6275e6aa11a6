/**
 * How the users of the product that Berth is embedded in arrive: the product's backend signs a short
 * JSON Web Token (RFC 7519) for one of them, and its page exchanges that for a Berth session of its
 * own, held in memory. No cookie is involved.
 */
import * as z from "zod";
import { plainLine } from "./plain-line.ts";
import { empty, instant } from "./registry.ts";
import { route } from "./route.ts";

/** How long the product's token may live, from `iat` to `exp`. */
export const embedTokenMaxSeconds = 300;
export const embedSessionSeconds = 900;

/** What an embedded person may be in their organization; ownership is never given from outside. */
export const embedRoles = ["member", "admin"] as const;

/** How many groups of the product a token may name, and how long a name may be. */
export const embedMaxGroups = 100;
export const embedGroupNameChars = 100;

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A public key as a JSON Web Key (RFC 7517, RFC 8037). */
export const embedPublicKey = z.discriminatedUnion("kty", [
  z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: coordinate }),
  z.object({ kty: z.literal("EC"), crv: z.literal("P-256"), x: coordinate, y: coordinate }),
]);

export const embedKeyView = z.object({
  /** The `kid` of tokens that are signed with it. */
  id: z.string(),
  issuer: z.string(),
  algorithm: z.enum(["EdDSA", "ES256"]),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
  /** From then on it is not believed; null: until it is deleted. */
  endsAt: instant.nullable(),
});

export const embedSessionView = z.object({
  /** Sent as a bearer token. For the page's memory only. */
  accessToken: z.string(),
  expiresAt: instant,
  person: z.object({ id: z.string(), name: z.string() }),
  organization: z.object({ slug: z.string(), role: z.string() }),
});

export const embeddingRoutes = {
  exchangeEmbedToken: route({
    method: "post",
    path: "/embed/sessions",
    tag: "Embedding",
    summary:
      "Exchange the product's token for a session. Public: the token's signature is the proof.",
    access: "public",
    body: z.object({ token: z.string().min(32).max(4_096) }),
    status: 201,
    response: embedSessionView,
  }),
  listEmbedKeys: route({
    method: "get",
    path: "/embed/keys",
    tag: "Embedding",
    summary: "The keys with which products sign tokens for their users.",
    access: "operator",
    permission: "embed-keys.manage",
    response: z.object({ keys: z.array(embedKeyView) }),
  }),
  createEmbedKey: route({
    method: "post",
    path: "/embed/keys",
    tag: "Embedding",
    summary:
      "Trust a product's public key. Several may be trusted at once, so that keys are rotated.",
    access: "operator",
    permission: "embed-keys.manage",
    stepUp: "where-asked",
    body: z.object({ issuer: plainLine(100), publicKey: embedPublicKey }),
    status: 201,
    response: embedKeyView,
  }),
  endEmbedKey: route({
    method: "put",
    path: "/embed/keys/{key}/end",
    tag: "Embedding",
    summary:
      "Give a key an end, so that the next one takes over meanwhile. Its sessions end with it; null takes the end back.",
    access: "operator",
    permission: "embed-keys.manage",
    stepUp: "where-asked",
    params: z.object({ key: z.string() }),
    body: z.object({ endsAt: instant.nullable() }),
    response: embedKeyView,
  }),
  deleteEmbedKey: route({
    method: "delete",
    path: "/embed/keys/{key}",
    tag: "Embedding",
    summary: "Trust a key no longer, and end every session that was opened with it.",
    access: "operator",
    permission: "embed-keys.manage",
    stepUp: "where-asked",
    params: z.object({ key: z.string() }),
    status: 204,
    response: empty,
  }),
} as const;

export type EmbedPublicKey = z.output<typeof embedPublicKey>;
export type EmbedKeyView = z.output<typeof embedKeyView>;
export type EmbedSessionView = z.output<typeof embedSessionView>;
