/**
 * Reads a product's token: a JSON Web Token (RFC 7519) as a compact JWS (RFC 7515).
 *
 * Trust: the text is hostile until its signature holds under a trusted key, by the algorithm that the
 * key was registered for and no other. What is claimed then is believed for one organization and one
 * person of that issuer, for minutes, once.
 */
import { BerthError, isPlainLine } from "@berth/protocol";
import {
  embedGroupNameChars,
  embedMaxGroups,
  embedRoles,
  embedTokenMaxSeconds,
} from "@berth/protocol/api";
import { decodeProtectedHeader, errors, jwtVerify } from "jose";
import * as z from "zod";
import { plainText } from "../sso/read-claims.ts";
import type { TrustedKey } from "./embed-keys.ts";

export interface EmbedClaims {
  readonly keyId: string;
  readonly issuer: string;
  /** Who it is in the product: stable, and never given to another. */
  readonly subject: string;
  /** A slug. */
  readonly organization: string;
  readonly name: string;
  readonly role: (typeof embedRoles)[number];
  /** Of the product; undefined when the token says nothing of them. */
  readonly groups: readonly string[] | undefined;
  readonly tokenId: string;
  readonly expiresAt: Date;
}

export interface ReadEmbedTokenOptions {
  readonly findKey: (id: string) => Promise<TrustedKey | undefined>;
  /** This Berth's own origin: a token for another one is not for us. */
  readonly audience: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Clocks of two machines differ. */
const toleranceSeconds = 5;

/** As long as an id is at most; nothing else is looked up. */
const keyIdSyntax = /^[\w-]{1,64}$/;

/** What a database keeps as it is. */
const text = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .refine((value) => value.isWellFormed() && !value.includes("\0"), "is no text");
const fallbackName = "Member";
const maxNameChars = 120;
const claimsSchema = z.object({
  sub: text(200),
  org: text(64),
  name: z.string().min(1).max(maxNameChars),
  role: z.enum(embedRoles).default("member"),
  groups: z.array(text(embedGroupNameChars).refine(isPlainLine)).max(embedMaxGroups).optional(),
  jti: text(128).min(16),
  iat: z.int(),
  exp: z.int(),
});

/** @throws EMBED_TOKEN_INVALID, naming what does not hold */
export async function readEmbedToken(
  token: string,
  { findKey, audience, now }: ReadEmbedTokenOptions,
): Promise<EmbedClaims> {
  const key = await findTrusted(token, findKey);
  const payload = await verify(token, { key, audience, now });
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) {
    const [issue] = claims.error.issues;
    throw invalid(`its claim ${String(issue?.path[0])} is wrong: ${issue?.message}`);
  }
  const { sub, org, name, role, groups, jti, iat, exp } = claims.data;
  if (exp - iat > embedTokenMaxSeconds) {
    throw invalid(`it lives ${exp - iat} s; at most ${embedTokenMaxSeconds} s are accepted`);
  }
  return {
    keyId: key.id,
    issuer: key.issuer,
    subject: sub,
    organization: org,
    // Colleagues see it: nothing in it may pass for something else.
    name: plainText(name, maxNameChars) || fallbackName,
    role,
    groups: groups === undefined ? undefined : [...new Set(groups)],
    tokenId: jti,
    expiresAt: new Date((exp + toleranceSeconds) * 1_000),
  };
}

async function findTrusted(
  token: string,
  findKey: ReadEmbedTokenOptions["findKey"],
): Promise<TrustedKey> {
  let id: string | undefined;
  try {
    id = decodeProtectedHeader(token).kid;
  } catch (cause) {
    throw invalid("it is not a signed JSON Web Token", cause);
  }
  // Anybody may send it, and no database holds every text.
  if (typeof id !== "string" || !keyIdSyntax.test(id)) {
    throw invalid("its header has no kid, or one that is no key's id");
  }
  const key = await findKey(id);
  if (key !== undefined) return key;
  throw invalid(`the key ${JSON.stringify(id)} is not trusted here`);
}

async function verify(
  token: string,
  { key, audience, now }: { key: TrustedKey; audience: string; now: number },
): Promise<unknown> {
  try {
    const { payload } = await jwtVerify(token, key.key, {
      algorithms: [key.algorithm],
      issuer: key.issuer,
      audience,
      clockTolerance: toleranceSeconds,
      maxTokenAge: embedTokenMaxSeconds,
      currentDate: new Date(now),
      requiredClaims: ["iat", "exp"],
    });
    return payload;
  } catch (cause) {
    throw invalid(describe(cause, { audience, issuer: key.issuer }), cause);
  }
}

function describe(cause: unknown, expected: { audience: string; issuer: string }): string {
  if (cause instanceof errors.JWTExpired) return "it is expired";
  if (cause instanceof errors.JWTClaimValidationFailed) {
    const { claim } = cause;
    if (claim === "aud") return `its audience (aud) is not ${expected.audience}`;
    if (claim === "iss") return `its issuer (iss) is not ${JSON.stringify(expected.issuer)}`;
    return `its claim ${claim} does not hold`;
  }
  if (cause instanceof errors.JOSEAlgNotAllowed) return "its algorithm is not the key's";
  return "its signature does not verify";
}

function invalid(what: string, cause?: unknown): BerthError {
  return new BerthError(
    "EMBED_TOKEN_INVALID",
    `The product's token is refused: ${what}.`,
    cause === undefined ? {} : { cause },
  );
}
