/** SHA-256 of a file, and the refusal of what is not what it should be. */
import { BerthError } from "@berth/protocol";

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @throws BerthError PACKAGE_DIGEST_MISMATCH */
export async function checkDigest(
  what: string,
  bytes: Uint8Array<ArrayBuffer>,
  digest: string,
): Promise<void> {
  const found = await sha256(bytes);
  if (found !== digest)
    throw new BerthError(
      "PACKAGE_DIGEST_MISMATCH",
      `${what} has the digest ${found.slice(0, 12)}…, expected ${digest.slice(0, 12)}…; nothing of it is run.`,
    );
}
