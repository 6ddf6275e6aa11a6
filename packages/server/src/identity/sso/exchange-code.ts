/**
 * Trades a code for claims: the token request (RFC 6749, section 4.1.3, with RFC 7636) and, when the ID
 * token leaves something out that is needed, the UserInfo request (OpenID Connect Core, section 5.3).
 */
import { BerthError } from "@berth/protocol";
import * as z from "zod";
import type { Clock } from "../../storage/ground.ts";
import type { Connection } from "./connections.ts";
import { checkIdToken, type IdClaims, isSame } from "./id-token.ts";
import type { ProviderMetadata, Providers } from "./provider.ts";

export interface CodeExchange {
  readonly connection: Connection;
  readonly metadata: ProviderMetadata;
  readonly code: string;
  readonly verifier: string;
  readonly nonce: string;
  readonly redirectUri: string;
}

const answerSchema = z.object({
  id_token: z.string(),
  access_token: z.string().max(16_384).optional(),
});
const infoSchema = z.looseObject({ sub: z.string() });

/** @throws SSO_REFUSED, SSO_PROVIDER_FAILED */
export async function exchangeCode(
  exchange: CodeExchange,
  { providers, clock }: { readonly providers: Providers; readonly clock: Clock },
): Promise<IdClaims> {
  const { connection, metadata, nonce } = exchange;
  const answer = await requestTokens(exchange, providers);
  const claims = await checkIdToken(answer.id_token, {
    issuer: connection.issuer,
    clientId: connection.clientId,
    nonce,
    key: providers.keyOf(metadata),
    now: clock.now(),
  });
  const wanted = ["email", connection.roleClaim, connection.groupClaim, connection.externalIdClaim];
  const isComplete = wanted.every((claim) => claim === null || Object.hasOwn(claims, claim));
  const { userinfo_endpoint: url } = metadata;
  if (isComplete || url === undefined || answer.access_token === undefined) return claims;
  const info = await providers.fetchJson(
    { url, headers: { authorization: `Bearer ${answer.access_token}` } },
    "UserInfo address",
  );
  const parsed = infoSchema.safeParse(info.value);
  if (info.status !== 200 || !parsed.success) return claims;
  // Without this, another person's access token would add another person's claims (section 5.3.2).
  if (!isSame(parsed.data.sub, claims.sub)) {
    throw new BerthError("SSO_REFUSED", "The provider's UserInfo is about somebody else (sub).");
  }
  // What is signed stands before what is not.
  return { ...parsed.data, ...claims };
}

async function requestTokens(exchange: CodeExchange, providers: Providers) {
  const { connection, metadata, code, verifier, redirectUri } = exchange;
  const { clientId } = connection;
  const secret = connection.openSecret();
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    ...{ code, redirect_uri: redirectUri, code_verifier: verifier },
  });
  const headers: Record<string, string> = { "content-type": "application/x-www-form-urlencoded" };
  // Basic is what a list that is left out means (OpenID Connect Discovery, section 3).
  const methods = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  if (secret === null) body.set("client_id", clientId);
  else if (methods.includes("client_secret_basic") || !methods.includes("client_secret_post")) {
    const pair = `${formEncode(clientId)}:${formEncode(secret)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  } else {
    body.set("client_id", clientId);
    body.set("client_secret", secret);
  }
  const { status, value } = await providers.fetchJson(
    { url: metadata.token_endpoint, method: "POST", headers, body: body.toString() },
    "token address",
  );
  const parsed = answerSchema.safeParse(value);
  if (status === 200 && parsed.success) return parsed.data;
  if (status === 200) throw new BerthError("SSO_REFUSED", "The provider sent no ID token.");
  const error = z.object({ error: z.string() }).safeParse(value);
  const why = error.success ? ` (${JSON.stringify(error.data.error.slice(0, 60))})` : "";
  throw new BerthError(
    "SSO_REFUSED",
    `The provider refused the code with the status ${status}${why}; check the client's id, its secret and the redirect URI.`,
  );
}

/** As RFC 6749, section 2.3.1 asks for both parts. */
function formEncode(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice(2);
}
