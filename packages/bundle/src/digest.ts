import { createHash } from "node:crypto";
import { BerthError, type Digest, parseDigest } from "@berth/protocol";

/** The SHA-256 of some bytes as 64 lower-case hexadecimal digits. */
export function digestOf(bytes: Uint8Array): Digest {
  return parseDigest(createHash("sha256").update(bytes).digest("hex"));
}

/** A digest fed piece by piece. */
export interface DigestStream {
  update(bytes: Uint8Array): void;
  /** Ends the stream; call it once. */
  digest(): Digest;
}

export function createDigestStream(): DigestStream {
  const hash = createHash("sha256");
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => parseDigest(hash.digest("hex")),
  };
}

/** @throws PACKAGE_DIGEST_MISMATCH naming both digests */
export function checkDigest(actual: Digest, expected: Digest | undefined): void {
  if (expected === undefined || actual === expected) return;
  throw new BerthError(
    "PACKAGE_DIGEST_MISMATCH",
    `The archive's SHA-256 is ${actual}, expected ${expected}; fetch or pack it again.`,
    { details: { actual, expected } },
  );
}
