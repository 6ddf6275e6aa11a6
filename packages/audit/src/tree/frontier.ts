/**
 * The right edge of the tree: all that appending needs to know of it (a compact range from 0).
 *
 * A frontier is plain data and is never changed: whoever appends in a transaction keeps the new one only
 * when the transaction commits.
 */
import { emptyRoot, nodeHash } from "./hashes.ts";
import { coveringNodes, foldSubtrees, type NodeReader, readNodes, type TreeNode } from "./nodes.ts";

export interface Frontier {
  /** How many leaves the tree has. */
  readonly size: number;
  /** The roots of its full subtrees, the largest (leftmost) first: one for each 1 bit of the size. */
  readonly hashes: readonly Uint8Array[];
}

export const emptyFrontier: Frontier = Object.freeze({ size: 0, hashes: Object.freeze([]) });

export interface Appended {
  readonly frontier: Frontier;
  /**
   * The nodes of level 1 and above that became full, to be kept with the leaves in one transaction. The
   * nodes of level 0 are the leaf hashes themselves: the first has the index `size` of the frontier before.
   */
  readonly nodes: readonly TreeNode[];
}

/** Appends leaf hashes. `n` leaves yield fewer than `n + 64` nodes. */
export function appendLeaves(frontier: Frontier, leafHashes: readonly Uint8Array[]): Appended {
  const tree = createTreeBuilder(frontier);
  const nodes: TreeNode[] = [];
  for (const leaf of leafHashes) tree.append(leaf, nodes);
  return { frontier: tree.frontier(), nodes };
}

export function rootOf(frontier: Frontier): Uint8Array {
  return foldSubtrees(frontier.hashes);
}

/** The frontier at a size that the tree has or had. @throws AUDIT_TREE_CORRUPT when a node is missing */
export async function readFrontier(reader: NodeReader, size: number): Promise<Frontier> {
  return { size, hashes: await readNodes(reader, coveringNodes(0, size)) };
}

/** A tree that grows in place, for whoever reads a log from its start and keeps no nodes. */
export interface TreeBuilder {
  readonly size: number;
  /** Pushes the nodes above level 0 that became full to `nodes`. */
  append(leaf: Uint8Array, nodes?: TreeNode[]): void;
  root(): Uint8Array;
  frontier(): Frontier;
}

export function createTreeBuilder(from: Frontier = emptyFrontier): TreeBuilder {
  const hashes = [...from.hashes];
  let { size } = from;
  return {
    get size() {
      return size;
    },
    append(leaf, nodes) {
      let hash = leaf;
      let level = 0;
      let index = size;
      while (index % 2 === 1) {
        hash = nodeHash(hashes.pop() ?? emptyRoot(), hash);
        level += 1;
        index = (index - 1) / 2;
        nodes?.push({ level, index, hash });
      }
      hashes.push(hash);
      size += 1;
    },
    root: () => foldSubtrees(hashes),
    frontier: () => ({ size, hashes: [...hashes] }),
  };
}
