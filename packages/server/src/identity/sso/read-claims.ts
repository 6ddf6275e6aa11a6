/**
 * What of a provider's claims is used, in the form in which it is stored and shown.
 *
 * Trust: whoever has an account there may have chosen their name and more. Texts are cut and rid of
 * characters that are not seen; lists are bounded; a claim of another type counts as not sent.
 */
import { isPlainLine } from "@berth/protocol";
import type { Connection } from "./connections.ts";
import type { IdClaims } from "./id-token.ts";

export interface PersonClaims {
  readonly subject: string;
  readonly name: string;
  /** In lower case; undefined unless the provider vouches for it. */
  readonly email: string | undefined;
  /** What the provider's SCIM would send as externalId. */
  readonly externalId: string | undefined;
  /** By the mappings; undefined when roles do not follow a claim, or it was not sent. */
  readonly role: string | undefined;
  /** Undefined when groups do not follow a claim, or it was not sent. */
  readonly groups: readonly string[] | undefined;
}

export const maxGroups = 200;
export const maxGroupNameChars = 100;
const maxNameChars = 120;
/** Of ASCII, in lower case: what else is allowed looks like something else. */
const address = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9.-]{3,190}$/;

const seenAscii = /^[\x21-\x7e]+$/;

/** In lower case; undefined for what is none. Asked before: some letters beyond ASCII become one of it. */
export function addressOf(text: string): string | undefined {
  const lower = seenAscii.test(text) ? text.toLowerCase() : "";
  return address.test(lower) ? lower : undefined;
}

/** One line that is seen as it is, cut; empty when nothing is left. */
export function plainText(value: unknown, maxChars: number): string {
  if (typeof value !== "string") return "";
  const seen = [...value.slice(0, maxChars * 4)].filter(isPlainLine).join("").trim();
  return seen.toWellFormed().slice(0, maxChars).trim();
}

/** The texts of a claim that is one, or a list of them. */
function textsOf(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === "string");
}

/** Names of groups as a claim gives them: each once, in order, within bounds. */
export function groupNamesOf(value: unknown): readonly string[] {
  const names = textsOf(value)
    .slice(0, maxGroups)
    .map((name) => plainText(name, maxGroupNameChars))
    .filter((name) => name !== "");
  return [...new Set(names)];
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && isPlainLine(value) && value.isWellFormed();
}

const claimOf = (claims: IdClaims, name: string | null): unknown =>
  name !== null && Object.hasOwn(claims, name) ? claims[name] : undefined;

export function readClaims(claims: IdClaims, connection: Connection): PersonClaims {
  const given = `${plainText(claims.given_name, 60)} ${plainText(claims.family_name, 60)}`.trim();
  const stated = typeof claims.email === "string" ? addressOf(claims.email) : undefined;
  const isVouched =
    claims.email_verified === true ||
    (claims.email_verified === undefined && connection.isEmailTrusted);
  const email = isVouched ? stated : undefined;
  const name =
    plainText(claims.name, maxNameChars) ||
    given ||
    plainText(claims.preferred_username, maxNameChars) ||
    email ||
    "Member";
  const externalId = claimOf(claims, connection.externalIdClaim);
  const roles = claimOf(claims, connection.roleClaim);
  const groups = claimOf(claims, connection.groupClaim);
  return {
    subject: claims.sub,
    name,
    email,
    externalId: isId(externalId) ? externalId : undefined,
    role: connection.roleClaim === null ? undefined : roleOf(textsOf(roles), connection),
    groups: groups === undefined ? undefined : groupNamesOf(groups),
  };
}

function roleOf(values: readonly string[], { roleMappings, defaultRole }: Connection): string {
  return roleMappings.find(({ value }) => values.includes(value))?.role ?? defaultRole;
}
