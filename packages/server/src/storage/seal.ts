/**
 * AES-256-GCM under data keys that are themselves sealed under the master key.
 *
 * Sealed form: version (1 byte), nonce (12), tag (16), ciphertext. The version and the context are
 * authenticated with it. Purposes have keys of their own, derived by HKDF-SHA-256 (RFC 5869).
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import { BerthError } from "@berth/protocol";
import type { KeyRing } from "./keys.ts";

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const headBytes = 1 + nonceBytes + tagBytes;
const fingerprintDigits = 8;
/** Data keys stay open in memory; this many at most. */
const maxOpenKeys = 10_000;

interface DataKey {
  readonly sealing: KeyObject;
  readonly hashing: KeyObject;
}

function derive(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", `berth/${purpose}`, keyBytes));
}

function aad(context: string): Buffer {
  return Buffer.from(`${version}\n${context}`);
}

function encrypt(
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

function decrypt(key: KeyObject, sealed: Uint8Array, context: string): Buffer {
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

export function createKeyRing(options: {
  readonly master: Uint8Array;
  readonly random: (bytes: number) => Uint8Array;
  readonly isMasterBesideData: boolean;
}): KeyRing {
  const { master, random, isMasterBesideData } = options;
  const wrapping = createSecretKey(derive(master, "wrap"));
  const opened = new Map<string, DataKey>();

  const openKey = (wrapped: string): DataKey => {
    const known = opened.get(wrapped);
    if (known !== undefined) return known;
    const raw = decrypt(wrapping, Buffer.from(wrapped, "base64"), "data-key");
    const key = {
      sealing: createSecretKey(derive(raw, "seal")),
      hashing: createSecretKey(derive(raw, "fingerprint")),
    };
    const oldest = opened.size >= maxOpenKeys ? opened.keys().next().value : undefined;
    if (oldest !== undefined) opened.delete(oldest);
    opened.set(wrapped, key);
    return key;
  };

  return {
    isMasterBesideData,
    createDataKey() {
      const sealed = encrypt(wrapping, random(nonceBytes), random(keyBytes), "data-key");
      return { wrapped: sealed.toString("base64") };
    },
    seal: (wrapped, plaintext, context) =>
      encrypt(openKey(wrapped).sealing, random(nonceBytes), plaintext, context),
    open: (wrapped, sealed, context) => decrypt(openKey(wrapped).sealing, sealed, context),
    fingerprint: (wrapped, value) =>
      createHmac("sha256", openKey(wrapped).hashing)
        .update(value)
        .digest("hex")
        .slice(0, fingerprintDigits),
    deriveKey: (purpose) => derive(master, `purpose/${purpose}`),
  };
}
