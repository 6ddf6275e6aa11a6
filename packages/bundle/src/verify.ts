/**
 * Decides whether a publisher's key vouches for this archive as this version of this app.
 *
 * Trust: the envelope is hostile; the keys are those that the caller holds for the publisher.
 * Invariant: nothing of the statement is read before a signature over it verified.
 */
import { verify } from "node:crypto";
import { BerthError, type Digest } from "@berth/protocol";
import {
  type Envelope,
  fieldsOf,
  invalidSignature,
  parseEnvelope,
  parseJson,
  preAuthenticationEncoding,
  releasePredicateType,
  statementType,
} from "./envelope.ts";
import { openPublicKey, type PublicKey, parsePublicKey } from "./public-key.ts";

export interface VerifyOptions {
  /** The keys that may sign for this publisher. */
  readonly keys: readonly PublicKey[];
  readonly digest: Digest;
  /** `publisher/name`. */
  readonly name: string;
  readonly version: string;
}

const maxShownChars = 80;

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > maxShownChars ? `${text.slice(0, maxShownChars)}…` : text;
}

/** A key whose id is not its own would let one key pass for another in the records. */
function checkKey(key: PublicKey): PublicKey {
  const { keyId } = parsePublicKey(key.publicKey);
  if (keyId === key.keyId) return key;
  throw new BerthError(
    "KEY_UNREADABLE",
    `The public key under the id ${quote(key.keyId)} has the id ${keyId}; register it again.`,
  );
}

function findSigner(envelope: Envelope, keys: readonly PublicKey[]): PublicKey {
  const signed = preAuthenticationEncoding(envelope.payload);
  let isAnyKnown = false;
  for (const { keyId, signature } of envelope.signatures) {
    for (const key of keys) {
      if (keyId !== undefined && keyId !== key.keyId) continue;
      isAnyKnown = true;
      const publicKey = openPublicKey(checkKey(key).publicKey);
      if (verify(null, signed, publicKey, signature)) return key;
    }
  }
  if (isAnyKnown) {
    throw invalidSignature(
      "The signature does not verify: the statement or the signature was altered",
    );
  }
  const ids = envelope.signatures.map(({ keyId }) => quote(keyId)).join(", ");
  throw new BerthError(
    "SIGNATURE_KEY_UNKNOWN",
    `The package is signed by the key ${ids}, which is not one of the publisher's ${keys.length}; register the key or sign with a registered one.`,
    { details: { known: keys.map(({ keyId }) => keyId) } },
  );
}

function checkClaim(what: string, actual: unknown, expected: string): void {
  if (actual === expected) return;
  throw invalidSignature(
    `The signature is for another ${what}: it says ${quote(actual)}, expected ${quote(expected)}`,
    { claim: what, expected },
  );
}

function checkStatement(payload: Buffer, options: VerifyOptions): void {
  const statement = fieldsOf(parseJson(payload.toString("utf8"), "The signed statement")) ?? {};
  checkClaim("kind of statement", statement._type, statementType);
  checkClaim("kind of claim", statement.predicateType, releasePredicateType);
  const predicate = fieldsOf(statement.predicate) ?? {};
  checkClaim("app", predicate.app, options.name);
  checkClaim("version", predicate.version, options.version);
  const subjects = statement.subject;
  if (!Array.isArray(subjects) || subjects.length !== 1) {
    throw invalidSignature("The signed statement does not have exactly one subject");
  }
  const sha256 = fieldsOf(fieldsOf(subjects[0])?.digest)?.sha256;
  if (sha256 === options.digest) return;
  throw new BerthError(
    "PACKAGE_DIGEST_MISMATCH",
    `The signature is for the archive ${quote(sha256)}, but this one's SHA-256 is ${options.digest}; sign this archive.`,
    { details: { expected: options.digest } },
  );
}

/**
 * Returns the key that signed.
 *
 * @throws SIGNATURE_INVALID when the envelope or statement is malformed, altered, or for another app or
 * version; SIGNATURE_KEY_UNKNOWN when none of the keys signed it; PACKAGE_DIGEST_MISMATCH when it is
 * for another archive; KEY_UNREADABLE when one of `keys` is not a key
 */
export function verifySignature(envelope: string, options: VerifyOptions): { keyId: string } {
  const parsed = parseEnvelope(envelope);
  const { keyId } = findSigner(parsed, options.keys);
  checkStatement(parsed.payload, options);
  return { keyId };
}
