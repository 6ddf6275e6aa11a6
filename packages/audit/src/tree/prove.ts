/**
 * Proofs from kept nodes: an inclusion proof (RFC 6962 section 2.1.1) and a consistency proof (2.1.2), each
 * with O(log n) nodes read in one go.
 */
import { BerthError } from "@berth/protocol";
import { readFrontier, rootOf } from "./frontier.ts";
import {
  coveringNodes,
  foldSubtrees,
  isTreeSize,
  largestPowerOfTwo,
  type NodeReader,
  readNodes,
} from "./nodes.ts";

/** Leaves from `start` to before `end`: one hash of a proof. */
interface Subtree {
  readonly start: number;
  readonly end: number;
}

function demandRange(isHeld: boolean, sentence: string): void {
  if (!isHeld) throw new BerthError("AUDIT_RANGE_INVALID", sentence);
}

/** The siblings on the way from a leaf to the root of `subtree`, the lowest first. */
function pathOf(leaf: number, subtree: Subtree): readonly Subtree[] {
  const path: Subtree[] = [];
  let { start, end } = subtree;
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (leaf < middle) {
      path.push({ start: middle, end });
      end = middle;
    } else {
      path.push({ start, end: middle });
      start = middle;
    }
  }
  return path.reverse();
}

/** The largest power of two below `size`, which is at least 2. */
function splitOf(size: number): number {
  return largestPowerOfTwo(size - 1);
}

/** SUBPROOF of RFC 6962 section 2.1.2, without recursion. */
function consistencyPath(from: number, to: number): readonly Subtree[] {
  const path: Subtree[] = [];
  let start = 0;
  let end = to;
  // Whether the whole of the old tree's rest is the subtree that is left: the verifier knows its hash then
  // only when that subtree is the old tree itself.
  while (from !== end) {
    const middle = start + splitOf(end - start);
    if (from <= middle) {
      path.push({ start: middle, end });
      end = middle;
    } else {
      path.push({ start, end: middle });
      start = middle;
    }
  }
  if (start > 0) path.push({ start, end });
  return path.reverse();
}

async function readSubtrees(
  reader: NodeReader,
  subtrees: readonly Subtree[],
): Promise<readonly Uint8Array[]> {
  const parts = subtrees.map(({ start, end }) => coveringNodes(start, end));
  const hashes = await readNodes(reader, parts.flat());
  let at = 0;
  return parts.map((nodes) => {
    const part = hashes.slice(at, at + nodes.length);
    at += nodes.length;
    return foldSubtrees(part);
  });
}

export interface InclusionQuestion {
  readonly index: number;
  /** The tree's size for which the proof holds; at most the log's. */
  readonly size: number;
}

/** @throws AUDIT_RANGE_INVALID unless index < size; AUDIT_TREE_CORRUPT when a node is missing */
export async function proveInclusion(
  reader: NodeReader,
  { index, size }: InclusionQuestion,
): Promise<readonly Uint8Array[]> {
  demandRange(
    isTreeSize(index) && isTreeSize(size) && index < size,
    `A log of ${size} entries has no entry ${index}; ask for an index from 0 to ${size - 1}.`,
  );
  return readSubtrees(reader, pathOf(index, { start: 0, end: size }));
}

export interface ConsistencyQuestion {
  readonly fromSize: number;
  readonly toSize: number;
}

/**
 * Empty from size 0 and between equal sizes.
 *
 * @throws AUDIT_RANGE_INVALID unless fromSize <= toSize; AUDIT_TREE_CORRUPT when a node is missing
 */
export async function proveConsistency(
  reader: NodeReader,
  { fromSize, toSize }: ConsistencyQuestion,
): Promise<readonly Uint8Array[]> {
  demandRange(
    isTreeSize(fromSize) && isTreeSize(toSize) && fromSize <= toSize,
    `A log does not grow from ${fromSize} to ${toSize} entries; ask with the smaller size first.`,
  );
  if (fromSize === 0 || fromSize === toSize) return [];
  return readSubtrees(reader, consistencyPath(fromSize, toSize));
}

/** The root that the tree had at `size`. @throws AUDIT_TREE_CORRUPT when a node is missing */
export async function readRoot(reader: NodeReader, size: number): Promise<Uint8Array> {
  demandRange(isTreeSize(size), `${size} is no size of a log.`);
  return rootOf(await readFrontier(reader, size));
}
