/**
 * What a provider publishes of itself: its metadata (OpenID Connect Discovery 1.0) and its keys (RFC 7517).
 *
 * Trust: the issuer's address was written by an organization's administrator, everything that comes
 * from it is a stranger's. It is fetched by the platform's guarded fetch alone, must name exactly the
 * issuer that was asked, and is kept for minutes. Keys are fetched anew for a key id that is unknown,
 * at most twice a minute, so that a provider may rotate and nobody can make us ask without end.
 */
import { BerthError } from "@berth/protocol";
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import * as z from "zod";
import type { Clock } from "../../storage/ground.ts";

export interface FetchRequest {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Reaches only addresses that the operator allows, follows no redirect, bounds size and time. */
export type GuardedFetch = (request: FetchRequest) => Promise<{
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}>;

const address = z.url({ protocol: /^https?$/ }).max(1_000);
const metadataSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: address,
  token_endpoint: address,
  jwks_uri: address,
  userinfo_endpoint: address.optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).max(50).optional(),
  code_challenge_methods_supported: z.array(z.string()).max(50).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});
const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

export type ProviderMetadata = z.output<typeof metadataSchema>;

export interface Providers {
  /** @throws SSO_PROVIDER_FAILED */
  metadata(issuer: string): Promise<ProviderMetadata>;
  /** Picks the key of a token's header; for `jose`. @throws SSO_PROVIDER_FAILED */
  keyOf(metadata: ProviderMetadata): JWTVerifyGetKey;
  /** @throws SSO_PROVIDER_FAILED */
  fetchJson(request: FetchRequest, what: string): Promise<{ status: number; value: unknown }>;
}

interface Kept<Value> {
  readonly fetchedAt: number;
  readonly value: Promise<Value>;
}

const keptMs = 600_000;
const refetchAfterMs = 30_000;
const maxKept = 500;

export function createProviders(options: {
  readonly fetch: GuardedFetch;
  readonly clock: Clock;
}): Providers {
  const { fetch, clock } = options;
  const metadataOf = new Map<string, Kept<ProviderMetadata>>();
  const keySets = new Map<string, Kept<JWTVerifyGetKey>>();

  function kept<Value>(
    cache: Map<string, Kept<Value>>,
    key: string,
    maxAgeMs: number,
    make: () => Promise<Value>,
  ): Promise<Value> {
    const found = cache.get(key);
    if (found !== undefined && clock.now() - found.fetchedAt < maxAgeMs) return found.value;
    const oldest = cache.size >= maxKept ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
    const entry = { fetchedAt: clock.now(), value: make() };
    cache.set(key, entry);
    // A failure is not kept: the next one asks again.
    entry.value.catch(() => {
      if (cache.get(key) === entry) cache.delete(key);
    });
    return entry.value;
  }

  async function fetchJson(request: FetchRequest, what: string) {
    const failed = (why: string, cause?: unknown) =>
      new BerthError("SSO_PROVIDER_FAILED", `The provider's ${what} ${why}.`, { cause });
    let answer: Awaited<ReturnType<GuardedFetch>>;
    try {
      answer = await fetch({
        ...request,
        headers: { accept: "application/json", ...request.headers },
      });
    } catch (cause) {
      const message = cause instanceof BerthError ? `: ${cause.message.replace(/\.$/, "")}` : "";
      throw failed(`could not be fetched${message}`, cause);
    }
    if (answer.status >= 300 && answer.status < 400) {
      throw failed(`answered with a redirect (${answer.status}), which is not followed`);
    }
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(answer.body);
      return { status: answer.status, value: JSON.parse(text) as unknown };
    } catch (cause) {
      throw failed(`answered ${answer.status} with something else than JSON`, cause);
    }
  }

  async function read<Schema extends z.ZodType>(url: string, schema: Schema, what: string) {
    const { status, value } = await fetchJson({ url }, what);
    const parsed = schema.safeParse(value);
    if (status === 200 && parsed.success) return parsed.data;
    const why = parsed.success
      ? `answered ${status}`
      : `is wrong at ${parsed.error.issues[0]?.path.map(String).join(".").slice(0, 100) || "its top"}`;
    throw new BerthError("SSO_PROVIDER_FAILED", `The provider's ${what} ${why}.`);
  }

  async function discover(issuer: string): Promise<ProviderMetadata> {
    const base = issuer.replace(/\/$/, "");
    const what = "metadata";
    const found = await read(`${base}/.well-known/openid-configuration`, metadataSchema, what);
    if (found.issuer !== issuer) {
      throw new BerthError(
        "SSO_PROVIDER_FAILED",
        `The provider's metadata names the issuer ${JSON.stringify(found.issuer.slice(0, 200))}, and not ${JSON.stringify(issuer)}; the two must be the same to the letter.`,
      );
    }
    const addresses = [found.authorization_endpoint, found.token_endpoint, found.jwks_uri];
    if (issuer.startsWith("https:") && !addresses.every((url) => url.startsWith("https:"))) {
      throw new BerthError("SSO_PROVIDER_FAILED", "The provider's metadata leads away from https.");
    }
    // Without a list PKCE may still be done; with one that leaves it out it is not.
    const methods = found.code_challenge_methods_supported;
    if (methods === undefined || methods.includes("S256")) return found;
    throw new BerthError("SSO_PROVIDER_FAILED", "The provider does not offer PKCE with S256.");
  }

  const fetchKeys = async (url: string): Promise<JWTVerifyGetKey> => {
    // Each key is parsed by jose when it is used.
    const set = (await read(url, keySetSchema, "key set")) as unknown as JSONWebKeySet;
    return createLocalJWKSet(set);
  };

  return {
    fetchJson,
    metadata: (issuer) => kept(metadataOf, issuer, keptMs, () => discover(issuer)),
    keyOf: ({ jwks_uri: url }) => {
      return async (header, token) => {
        const get = await kept(keySets, url, keptMs, () => fetchKeys(url));
        try {
          return await get(header, token);
        } catch (cause) {
          // Perhaps the provider has new keys; asked again only when ours are not fresh.
          const fresh = await kept(keySets, url, refetchAfterMs, () => fetchKeys(url));
          if (fresh === get) throw cause;
          return fresh(header, token);
        }
      };
    },
  };
}
