/**
 * A publisher's private key: made, put under a passphrase, opened.
 *
 * Never writes a key anywhere and never puts one, or a passphrase, in a message.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { BerthError } from "@berth/protocol";
import { getPublicKey, type PublicKey } from "./public-key.ts";

export interface KeyPair extends PublicKey {
  /** PKCS#8 PEM, in clear. */
  readonly privateKeyPem: string;
}

const maxPemChars = 16_384;
const maxPassphraseBytes = 1_000;
const isEncryptedPem = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/;

/** A new Ed25519 key pair from the system's random source. */
export function generateKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync("ed25519");
  const privateKeyPem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  return { ...getPublicKey(privateKey), privateKeyPem };
}

function unreadable(what: string, cause?: unknown): BerthError {
  const options = cause === undefined ? {} : { cause };
  return new BerthError("KEY_UNREADABLE", `The private key cannot be read: ${what}.`, options);
}

/**
 * The private key in a PEM text.
 *
 * @param passphrase - needed when the key is encrypted, ignored when it is not
 * @throws KEY_UNREADABLE when the text is no Ed25519 key, or the passphrase is missing or wrong
 */
export function openPrivateKey(pem: string, passphrase?: string): KeyObject {
  if (pem.length > maxPemChars) {
    throw unreadable(`it has ${pem.length} characters, and a key has at most ${maxPemChars}`);
  }
  const isEncrypted = isEncryptedPem.test(pem);
  if (isEncrypted && (passphrase === undefined || passphrase === "")) {
    throw unreadable("it is encrypted; give its passphrase");
  }
  const key = readPem(pem, isEncrypted ? passphrase : undefined);
  if (key.asymmetricKeyType !== "ed25519") {
    throw unreadable(
      `it is of the kind ${key.asymmetricKeyType ?? "unknown"}; make an Ed25519 key by \`berth keys\``,
    );
  }
  return key;
}

function readPem(pem: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({
      key: pem,
      format: "pem",
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch (cause) {
    const what =
      passphrase === undefined
        ? "it is not a PKCS#8 key in PEM; check that the whole file was given"
        : "the passphrase does not open it, or the file is damaged";
    throw unreadable(what, cause);
  }
}

/**
 * The key as encrypted PKCS#8 PEM: AES-256-CBC under PBKDF2, as `node:crypto` writes it.
 *
 * @throws KEY_UNREADABLE when `pem` is not an Ed25519 key in clear; OPTION_INVALID when the passphrase
 * is empty or longer than 1,000 bytes, the most that can be read back
 */
export function encryptPrivateKey(pem: string, passphrase: string): string {
  const bytes = Buffer.byteLength(passphrase);
  if (bytes === 0 || bytes > maxPassphraseBytes) {
    throw new BerthError(
      "OPTION_INVALID",
      `The passphrase has ${bytes} bytes; expected 1 to ${maxPassphraseBytes}.`,
      { details: { option: "passphrase" } },
    );
  }
  return openPrivateKey(pem)
    .export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase })
    .toString();
}
