/**
 * Public keys in the text form of C2SP signed-note: `<name>+<key id>+<base64 of type and key>`.
 *
 * Two types: 0x01 signs a note's text, 0x04 signs it with the time (C2SP tlog-cosignature). The log's own
 * key is published as type 0x01 and signs both ways; see checkpoint.ts.
 * Trust: such a text may come from an export; that it parses says nothing about whose key it is.
 */
import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { BerthError } from "@berth/protocol";
import { findBase64, toBase64 } from "./base64.ts";

const typeBytes = Object.freeze({ ed25519: 0x01, cosignature: 0x04 });

export type SignatureType = keyof typeof typeBytes;

export interface VerifierKey {
  /** Such as `example.com/berth`. */
  readonly name: string;
  /** Eight hexadecimal digits. Short on purpose: it chooses among known keys and proves nothing. */
  readonly keyId: string;
  readonly type: SignatureType;
  /** The 32 raw bytes. */
  readonly publicKey: Uint8Array;
  /** The whole text form, to publish and to compare: equal texts are equal keys. */
  readonly text: string;
  /** Whether `signature` (64 bytes) is this key's over these very bytes. */
  verifies(message: Uint8Array, signature: Uint8Array): boolean;
}

const maxNameChars = 200;
const publicKeyBytes = 32;

/** C2SP signed-note: no Unicode spaces, no plus; and no control characters, which a note may not have. */
export function isKeyName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= maxNameChars &&
    name.isWellFormed() &&
    !/[\s+\p{Cc}\p{Zs}\p{Zl}\p{Zp}]/u.test(name)
  );
}

function unreadable(what: string): BerthError {
  return new BerthError(
    "KEY_UNREADABLE",
    `The verifier key ${what}; expected <name>+<8 hexadecimal digits>+<base64>, as the log publishes it.`,
  );
}

function openEd25519(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

export interface VerifierKeyParts {
  readonly name: string;
  readonly type: SignatureType;
  /** The 32 raw bytes. */
  readonly publicKey: Uint8Array;
}

/** @throws KEY_UNREADABLE for a name that cannot stand in a note, or bytes that are no key */
export function createVerifierKey({ name, publicKey, type }: VerifierKeyParts): VerifierKey {
  if (!isKeyName(name)) {
    throw unreadable(
      `has the name ${JSON.stringify(name.slice(0, maxNameChars))}, which is empty, longer than ${maxNameChars}, or has spaces or a plus`,
    );
  }
  if (publicKey.byteLength !== publicKeyBytes) {
    throw unreadable(`has ${publicKey.byteLength} bytes instead of ${publicKeyBytes}`);
  }
  const material = Buffer.concat([Buffer.of(typeBytes[type]), publicKey]);
  const keyId = hash("sha256", Buffer.concat([Buffer.from(`${name}\n`), material]))
    .slice(0, 8)
    .toLowerCase();
  const key = openEd25519(publicKey);
  return {
    name,
    keyId,
    type,
    publicKey,
    text: `${name}+${keyId}+${toBase64(material)}`,
    verifies: (message, signature) => verify(null, message, key, signature),
  };
}

/** @throws KEY_UNREADABLE saying what is wrong */
export function parseVerifierKey(text: string): VerifierKey {
  const [name, keyId, encoded, ...rest] = text.split("+", 3).length === 3 ? splitText(text) : [];
  if (name === undefined || keyId === undefined || encoded === undefined || rest.length > 0) {
    throw unreadable("does not have three parts");
  }
  const material = findBase64(encoded);
  if (material === undefined || material.byteLength < 1) throw unreadable("is not base64");
  const type = findType(material.readUInt8(0));
  if (type === undefined) {
    throw unreadable(`is of type ${material.readUInt8(0)}; 1 and 4, both Ed25519, are known`);
  }
  const key = createVerifierKey({ name, type, publicKey: material.subarray(1) });
  if (key.keyId === keyId) return key;
  throw unreadable(`says its id is ${JSON.stringify(keyId.slice(0, 16))}, but it is ${key.keyId}`);
}

/** The base64 part may have plus signs of its own; the name has none. */
function splitText(text: string): string[] {
  const first = text.indexOf("+");
  const second = text.indexOf("+", first + 1);
  return [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}

function findType(byte: number): SignatureType | undefined {
  if (byte === typeBytes.ed25519) return "ed25519";
  return byte === typeBytes.cosignature ? "cosignature" : undefined;
}

/** The same key under the other type: what a log's key is called when it signs with the time. */
export function asType(key: VerifierKey, type: SignatureType): VerifierKey {
  return key.type === type ? key : createVerifierKey({ ...key, type });
}
