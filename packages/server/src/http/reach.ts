/**
 * How far a caller's credential reaches, whatever the person behind it may do.
 *
 * A session that the product opened, a service principal and a limited key reach less than their
 * person; a person who owes a second factor reaches nothing that asks for it.
 */
import { BerthError } from "@berth/protocol";
import type { RouteDefinition } from "@berth/protocol/api";
import type { Caller } from "./api.ts";

/** With both set, both are reached. */
export function isReachedOrganization(
  { organizationId, publisherName }: Pick<Caller, "organizationId" | "publisherName">,
  id: string,
): boolean {
  return organizationId === undefined ? publisherName === undefined : organizationId === id;
}

export function isReachedPublisher(
  { organizationId, publisherName }: Pick<Caller, "organizationId" | "publisherName">,
  name: string,
): boolean {
  return publisherName === undefined ? organizationId === undefined : publisherName === name;
}

/** Of their own, for who came by single sign-on; the key that they make is bound as they are. */
const ownPaths: ReadonlySet<string> = new Set(["/session", "/api-keys", "/api-keys/{key}"]);
/** How the person signs in, and where from: no concern of a product, a provider, or who has a limited key. */
const securityPaths: ReadonlySet<string> = new Set(["/sessions", "/second-factor", "/passkeys"]);

/** An organization's provider says who somebody is; it gains nothing by that where others decide. */
function checkSignOnReach({ access, method, path }: RouteDefinition): void {
  if (access === "organization") return;
  const isRead = method === "get" && !securityPaths.has(path);
  if (access === "person" && (isRead || ownPaths.has(path))) return;
  throw new BerthError(
    "AUTH_FORBIDDEN",
    "Who came by an organization's single sign-on reaches that organization only; sign in by another way to do this.",
  );
}

/** Ends its own credential, which takes away power and gives none. */
function isOwnEnd({ method, path }: RouteDefinition, { by }: Caller): boolean {
  if (by === "embed") return path === "/session";
  return by === "key" && method === "delete" && path === "/api-keys/{key}";
}

/** @throws AUTH_FORBIDDEN */
export function checkReach(definition: RouteDefinition, caller: Caller): void {
  if (caller.isBySingleSignOn === true) {
    checkSignOnReach(definition);
    return;
  }
  const { access, method, path } = definition;
  const isOfOnePlace = caller.organizationId !== undefined || caller.publisherName !== undefined;
  const isNarrow = isOfOnePlace || caller.kind === "service" || caller.limitedTo !== undefined;
  if (!isNarrow && caller.by !== "embed") return;
  const isRead = method === "get" && !securityPaths.has(path);
  if (access === "person" && (isRead || isOwnEnd(definition, caller))) return;
  if (caller.by === "embed") {
    if (access === "organization") return;
    throw new BerthError(
      "AUTH_FORBIDDEN",
      "A session that the product opened reaches its organization only; sign in to do this.",
    );
  }
  // Named permissions are asked for one by one; what asks for none is not among them.
  const isAskedFor = access === "organization" || access === "publisher";
  if (isAskedFor || (access === "operator" && !isOfOnePlace && caller.kind === "person")) return;
  throw new BerthError(
    "AUTH_FORBIDDEN",
    "The API key does not reach this: it is limited; use one that is not, or sign in.",
  );
}

/** Something that proves a second factor: an authenticator app, or a passkey. */
export function hasFactor({ hasPasskey, hasSecondFactor }: Caller): boolean {
  return hasSecondFactor === true || hasPasskey === true;
}

/**
 * @param where - an organization's id, or `host`
 * @throws SECOND_FACTOR_REQUIRED, `details.isSetUp`
 */
export function checkSecondFactor(caller: Caller, where?: string): void {
  const lacks = caller.lacksSecondFactorFor;
  if (lacks === undefined) return;
  if (!lacks.has("everywhere") && (where === undefined || !lacks.has(where))) return;
  const isSetUp = hasFactor(caller);
  throw new BerthError(
    "SECOND_FACTOR_REQUIRED",
    isSetUp
      ? "A second factor is asked for here; prove it by POST /api/v1/session/step-up, or sign in by passkey."
      : "A second factor is asked for here, and you have none; set one up under Settings, Security, or sign in by passkey.",
    { details: { isSetUp } },
  );
}
