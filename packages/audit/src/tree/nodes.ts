/**
 * Which nodes a tree has, and where they are kept.
 *
 * A node is named by its level (0: leaves) and its index on that level: the node (level, index) is the
 * root of the leaves from `index * 2^level` on, `2^level` of them. Only such full nodes are kept; they
 * never change once written. What lies above the right edge is folded from them when it is asked for.
 */
import { BerthError } from "@berth/protocol";
import { emptyRoot, nodeHash } from "./hashes.ts";

export interface NodeId {
  readonly level: number;
  readonly index: number;
}

export interface TreeNode extends NodeId {
  readonly hash: Uint8Array;
}

/** Reads kept nodes; level 0 is the leaf hashes. */
export interface NodeReader {
  /** All at once, in the order asked; at most some 110 for one proof. A node that is not there: undefined. */
  readNodes(ids: readonly NodeId[]): Promise<readonly (Uint8Array | undefined)[]>;
}

/** The largest tree: every size and index is an exact JavaScript number. */
export const maxTreeSize = Number.MAX_SAFE_INTEGER;

export function isTreeSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** The largest power of two that is not above `size` (which is at least 1). */
export function largestPowerOfTwo(size: number): number {
  const power = 2 ** Math.floor(Math.log2(size));
  // The logarithm of a number near a power of two above 2^49 may round up.
  return power > size ? power / 2 : power;
}

/** The full nodes that cover the leaves from `start` to before `end`; `start` must be a multiple of the largest. */
export function coveringNodes(start: number, end: number): readonly NodeId[] {
  const nodes: NodeId[] = [];
  let from = start;
  while (from < end) {
    const width = largestPowerOfTwo(end - from);
    nodes.push({ level: Math.log2(width), index: from / width });
    from += width;
  }
  return nodes;
}

/** The root above neighbouring subtrees of falling size, as RFC 6962 splits them. */
export function foldSubtrees(hashes: readonly Uint8Array[]): Uint8Array {
  let root = hashes.at(-1);
  if (root === undefined) return emptyRoot();
  for (let at = hashes.length - 2; at >= 0; at -= 1) {
    const left = hashes[at];
    if (left !== undefined) root = nodeHash(left, root);
  }
  return root;
}

/** @throws AUDIT_TREE_CORRUPT when a node is missing */
export async function readNodes(
  reader: NodeReader,
  ids: readonly NodeId[],
): Promise<readonly Uint8Array[]> {
  if (ids.length === 0) return [];
  const found = await reader.readNodes(ids);
  return ids.map((id, at) => {
    const hash = found[at];
    if (hash !== undefined) return hash;
    throw new BerthError(
      "AUDIT_TREE_CORRUPT",
      `The node ${id.index} of level ${id.level} is not in the stored tree; restore the table of nodes from a backup, or rebuild it from the leaf hashes.`,
      { details: { level: id.level, index: id.index } },
    );
  });
}
