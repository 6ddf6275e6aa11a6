/**
 * Checks in the page that an entry is in the log: its hash, the way to the root (RFC 9162 section
 * 2.1.3.2), and the signature on the root (C2SP signed-note, Ed25519).
 *
 * It trusts the keys that the same server gave; who wants more gives `berth audit verify` an export
 * and a key from elsewhere.
 */
import type { AuditProofView } from "@berth/protocol/api";

/** `unsupported`: the page has no Web Cryptography, as over plain http, or no Ed25519 in it. */
export type ProofVerdict = "proven" | "refuted" | "unsupported";

type Claim = Pick<AuditProofView, "body" | "leafHash" | "size" | "proof" | "checkpoint"> & {
  readonly entry: { readonly index: number };
};

type Bytes = Uint8Array<ArrayBuffer>;

const bytesOf = (base64: string): Bytes =>
  Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
const isEqual = (one: Bytes, other: Bytes) =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

function joined(...parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function leadsToRoot(claim: Claim, root: Bytes, subtle: SubtleCrypto): Promise<boolean> {
  const hash = async (...parts: readonly Bytes[]): Promise<Bytes> =>
    new Uint8Array(await subtle.digest("SHA-256", joined(...parts)));
  const node = (left: Bytes, right: Bytes) => hash(Uint8Array.of(1), left, right);
  let here = await hash(Uint8Array.of(0), new TextEncoder().encode(claim.body));
  if (!isEqual(here, bytesOf(claim.leafHash)) || claim.entry.index >= claim.size) return false;
  let { index } = claim.entry;
  let last = claim.size - 1;
  for (const sibling of claim.proof.map(bytesOf)) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      here = await node(sibling, here);
      while (index % 2 === 0 && index !== 0) {
        index /= 2;
        last = Math.floor(last / 2);
      }
    } else here = await node(here, sibling);
    index = Math.floor(index / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && isEqual(here, root);
}

/** A vkey is `name+id+base64(type, key)`; a signature line `— name base64(id, signature)`. */
async function isSigned(note: string, vkeys: readonly string[], subtle: SubtleCrypto) {
  const split = note.lastIndexOf("\n\n");
  const text = new TextEncoder().encode(note.slice(0, split + 1));
  const lines = note.slice(split + 2).split("\n");
  for (const vkey of vkeys) {
    const [name, id = "", ...key] = vkey.split("+");
    const raw = bytesOf(key.join("+")).slice(1);
    const publicKey = await subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
    for (const line of lines.filter((each) => each.startsWith(`— ${name} `))) {
      const signed = bytesOf(line.slice(line.lastIndexOf(" ") + 1));
      const isItsOwn = signed.length === 68 && isEqual(signed.slice(0, 4), hexBytes(id));
      if (!isItsOwn) continue;
      if (await subtle.verify("Ed25519", publicKey, signed.slice(4), text)) return true;
    }
  }
  return false;
}

const hexBytes = (hex: string): Bytes =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

export async function checkProof(
  claim: Claim,
  options: { readonly vkeys: readonly string[]; readonly subtle: SubtleCrypto | undefined },
): Promise<ProofVerdict> {
  const { subtle, vkeys } = options;
  if (subtle === undefined) return "unsupported";
  const [, size, root = ""] = claim.checkpoint.split("\n");
  if (Number(size) !== claim.size) return "refuted";
  try {
    const isIn = await leadsToRoot(claim, bytesOf(root), subtle);
    return isIn && (await isSigned(claim.checkpoint, vkeys, subtle)) ? "proven" : "refuted";
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") return "unsupported";
    // What is not even base64 proves nothing.
    if (error instanceof DOMException) return "refuted";
    throw error;
  }
}
