/**
 * Checks an ID token (OpenID Connect Core 1.0, section 3.1.3.7).
 *
 * Trust: the token is hostile until its signature holds under a key of the connection's own issuer, by
 * an asymmetric algorithm: with a symmetric one, whoever knows the public key could sign. Issuer,
 * audience and nonce are then compared to the letter.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { BerthError } from "@berth/protocol";
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";

export interface IdTokenExpectation {
  readonly issuer: string;
  readonly clientId: string;
  readonly nonce: string;
  readonly key: JWTVerifyGetKey;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export const idTokenAlgorithms: readonly string[] = Object.freeze([
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
]);
/** Clocks of two machines differ. */
const toleranceSeconds = 30;
/** It was made a moment ago, for this browser. */
const maxAgeSeconds = 600;
const maxTokenChars = 32_768;
const maxSubjectChars = 255;

export type IdClaims = JWTPayload & { readonly sub: string };

/** @throws SSO_REFUSED naming what does not hold */
export async function checkIdToken(
  token: unknown,
  expected: IdTokenExpectation,
): Promise<IdClaims> {
  if (typeof token !== "string" || token.length > maxTokenChars) {
    throw refused("the provider sent no ID token, or one that is too long");
  }
  const payload = await verify(token, expected);
  const { sub, aud, azp, nonce } = payload;
  if (typeof sub !== "string" || sub === "" || sub.length > maxSubjectChars) {
    throw refused("its claim sub is missing or too long");
  }
  // A database would make two of them one, or refuse them.
  if (sub.includes("\0") || !sub.isWellFormed()) throw refused("its claim sub is no text");
  // Another audience beside ours is one that nobody here trusts (section 3.1.3.7, step 3).
  if (Array.isArray(aud) && aud.length !== 1) throw refused("it is for further audiences (aud)");
  if (azp !== undefined && azp !== expected.clientId) {
    throw refused("it was made for another client (azp)");
  }
  if (typeof nonce !== "string" || !isSame(nonce, expected.nonce)) {
    throw refused("its nonce is not the one that this browser's sign-in began with");
  }
  return { ...payload, sub };
}

async function verify(token: string, expected: IdTokenExpectation): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, expected.key, {
      algorithms: [...idTokenAlgorithms],
      issuer: expected.issuer,
      audience: expected.clientId,
      clockTolerance: toleranceSeconds,
      maxTokenAge: maxAgeSeconds,
      currentDate: new Date(expected.now),
      requiredClaims: ["iss", "sub", "aud", "exp", "iat", "nonce"],
    });
    return payload;
  } catch (cause) {
    if (cause instanceof BerthError) throw cause;
    throw refused(describe(cause), cause);
  }
}

function describe(cause: unknown): string {
  if (cause instanceof errors.JWTExpired) return "it is expired, or was made too long ago";
  if (cause instanceof errors.JWTClaimValidationFailed) {
    return `its claim ${cause.claim} does not hold`;
  }
  if (cause instanceof errors.JOSEAlgNotAllowed) return "its algorithm is not accepted here";
  if (cause instanceof errors.JWKSNoMatchingKey) return "no key of the provider fits it";
  return "its signature does not verify";
}

/** Compares without telling, by its time, how much of it was right. */
export function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

function refused(what: string, cause?: unknown): BerthError {
  return new BerthError("SSO_REFUSED", `The provider's ID token is refused: ${what}.`, {
    ...(cause === undefined ? {} : { cause }),
  });
}
