/**
 * Ed25519 public keys as Berth keeps and compares them: 32 raw bytes in base64, and an id.
 *
 * Trust: a key may come from a publisher's form. One of the eight low-order points would make one
 * signature fit many messages, so these and non-canonical encodings are refused (RFC 8032 §5.1.3).
 */
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { BerthError } from "@berth/protocol";

export interface PublicKey {
  /** Base64 of the raw 32 bytes. */
  readonly publicKey: string;
  /** The first 32 hexadecimal digits of the SHA-256 of the raw bytes. */
  readonly keyId: string;
}

const keyBytes = 32;
/** SubjectPublicKeyInfo of Ed25519 (RFC 8410) up to the raw key. */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");
const fieldPrime = 2n ** 255n - 19n;
/** A y of the four points of order 8; the other is its negative. */
const orderEightY = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
const lowOrderYs: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  fieldPrime - 1n,
  orderEightY,
  fieldPrime - orderEightY,
]);

function unreadable(what: string, cause?: unknown): BerthError {
  return new BerthError(
    "KEY_UNREADABLE",
    `The public key ${what}; expected base64 of the 32 bytes of an Ed25519 public key, as \`berth keys\` prints it.`,
    cause === undefined ? {} : { cause },
  );
}

function checkPoint(raw: Buffer): void {
  const withSign = BigInt(`0x${Buffer.from(raw).reverse().toString("hex")}`);
  const y = BigInt.asUintN(255, withSign);
  if (y >= fieldPrime) throw unreadable("is not in canonical form");
  if (lowOrderYs.has(y)) throw unreadable("is a point of low order, which proves nothing");
}

function describe(raw: Buffer): PublicKey {
  const keyId = createHash("sha256").update(raw).digest("hex").slice(0, 32);
  return { publicKey: raw.toString("base64"), keyId };
}

function parseRaw(value: unknown): Buffer {
  if (typeof value !== "string") throw unreadable("is missing");
  const raw = Buffer.from(value, "base64");
  if (raw.toString("base64") !== value) throw unreadable("is not base64");
  if (raw.byteLength !== keyBytes) throw unreadable(`has ${raw.byteLength} bytes`);
  checkPoint(raw);
  return raw;
}

/** @throws KEY_UNREADABLE saying what is wrong with the key */
export function parsePublicKey(value: unknown): PublicKey {
  return describe(parseRaw(value));
}

/** @throws KEY_UNREADABLE */
export function openPublicKey(publicKey: string): KeyObject {
  const key = Buffer.concat([spkiPrefix, parseRaw(publicKey)]);
  try {
    return createPublicKey({ key, format: "der", type: "spki" });
  } catch (cause) {
    throw unreadable("cannot be read", cause);
  }
}

/**
 * The public half of an Ed25519 key, private or public.
 *
 * @throws KEY_UNREADABLE when it is of another algorithm
 */
export function getPublicKey(key: KeyObject): PublicKey {
  const half = key.type === "private" ? createPublicKey(key) : key;
  if (half.asymmetricKeyType !== "ed25519") {
    throw unreadable(`is of the kind ${half.asymmetricKeyType ?? half.type}`);
  }
  return describe(half.export({ format: "der", type: "spki" }).subarray(spkiPrefix.byteLength));
}
