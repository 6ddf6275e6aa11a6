/**
 * Checks proofs, by the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2 (the tree is RFC 6962's).
 *
 * Trust: everything given may be forged, sizes and lengths included; the answer is never more than "this
 * proof fits these two roots".
 */
import { emptyRoot, equalHashes, nodeHash, treeHashBytes } from "./hashes.ts";
import { isTreeSize, largestPowerOfTwo } from "./nodes.ts";

export interface InclusionClaim {
  readonly leafHash: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.byteLength === treeHashBytes);
}

const half = (value: number) => Math.floor(value / 2);
const isOdd = (value: number) => value % 2 === 1;

/** True when the entry of that leaf hash stands at `index` in the tree of that size and root. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, leafHash, proof, root, size } = claim;
  if (!isTreeSize(index) || !isTreeSize(size) || index >= size) return false;
  if (!areHashes([leafHash, root, ...proof])) return false;
  let node = index;
  let last = size - 1;
  let hash = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(node) && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && equalHashes(hash, root);
}

export interface ConsistencyClaim {
  readonly fromSize: number;
  readonly fromRoot: Uint8Array;
  readonly toSize: number;
  readonly toRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * True when the larger tree begins with the smaller one. Every tree begins with the empty one, whose root is
 * one value.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { fromRoot, fromSize, proof, toRoot, toSize } = claim;
  if (!isTreeSize(fromSize) || !isTreeSize(toSize) || fromSize > toSize) return false;
  if (!areHashes([fromRoot, toRoot, ...proof])) return false;
  if (fromSize === toSize) return proof.length === 0 && equalHashes(fromRoot, toRoot);
  if (fromSize === 0) return proof.length === 0 && equalHashes(fromRoot, emptyRoot());
  // A smaller tree that is one full subtree is not repeated in the proof.
  const path = largestPowerOfTwo(fromSize) === fromSize ? [fromRoot, ...proof] : proof;
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let node = fromSize - 1;
  let last = toSize - 1;
  while (isOdd(node)) {
    node = half(node);
    last = half(last);
  }
  let from = first;
  let to = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      from = nodeHash(sibling, from);
      to = nodeHash(sibling, to);
      while (!isOdd(node) && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      to = nodeHash(to, sibling);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && equalHashes(from, fromRoot) && equalHashes(to, toRoot);
}
