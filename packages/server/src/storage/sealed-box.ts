/**
 * AES-256-GCM (NIST SP 800-38D) with the version and a context authenticated.
 *
 * Sealed form: version (1 byte), nonce (12), tag (16), ciphertext.
 * Invariant: whoever seals gives a fresh random nonce each time.
 */
import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import { BerthError } from "@berth/protocol";

const version = 1;
export const nonceBytes = 12;
export const keyBytes = 32;
const tagBytes = 16;
const headBytes = 1 + nonceBytes + tagBytes;

function aad(context: string): Buffer {
  return Buffer.from(`${version}\n${context}`);
}

export function encrypt(
  key: KeyObject,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  context: string,
): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(aad(context));
  const body = [cipher.update(plaintext), cipher.final()];
  return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), ...body]);
}

/** @throws INTERNAL when it was changed, or sealed under another key or for another context */
export function decrypt(key: KeyObject, sealed: Uint8Array, context: string): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const what = `The sealed value for ${context}`;
  if (bytes.byteLength < headBytes || bytes[0] !== version) {
    throw new BerthError("INTERNAL", `${what} is not in a form that this version reads.`);
  }
  const nonce = bytes.subarray(1, 1 + nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(aad(context));
  decipher.setAuthTag(bytes.subarray(1 + nonceBytes, headBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(headBytes)), decipher.final()]);
  } catch (cause) {
    throw new BerthError(
      "INTERNAL",
      `${what} does not open: it was changed, or sealed under another key; is BERTH_MASTER_KEY the one it was made with?`,
      { cause },
    );
  }
}
