/** Hashes of an RFC 6962 Merkle tree (section 2.1): SHA-256, leaves and nodes told apart by a first byte. */
import { hash } from "node:crypto";

export const treeHashBytes = 32;

/** The root of the tree without leaves: SHA-256 of nothing. */
export function emptyRoot(): Uint8Array {
  return hash("sha256", "", "buffer");
}

/** SHA-256 of 0x00 and the entry. A text is taken as its UTF-8 bytes. */
export function leafHash(entry: Uint8Array | string): Uint8Array {
  // U+0000 is the byte 0x00 in UTF-8, so a text needs no copy into bytes first.
  if (typeof entry === "string") return hash("sha256", `\u0000${entry}`, "buffer");
  const input = Buffer.allocUnsafe(entry.byteLength + 1);
  input[0] = 0;
  input.set(entry, 1);
  return hash("sha256", input, "buffer");
}

/** The same in base64, which Node gives sooner than bytes. */
export function leafHashText(entry: string): string {
  return hash("sha256", `\u0000${entry}`, "base64");
}

/** SHA-256 of 0x01, the left and the right hash. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = Buffer.allocUnsafe(1 + 2 * treeHashBytes);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + treeHashBytes);
  return hash("sha256", input, "buffer");
}

/** Hashes are public: the comparison need not take constant time. */
export function equalHashes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
