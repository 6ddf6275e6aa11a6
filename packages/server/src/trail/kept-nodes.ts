/**
 * Which nodes of the tree are kept as rows: those of some levels up. What lies between them and the
 * leaves is hashed from the leaves when a proof needs it: at most 30 more are read for one, and each
 * entry costs the database one row, and not two.
 */
import { type NodeId, nodeHash, type TreeNode } from "@berth/audit";

const leastKeptLevel = 5;

export function isKept({ level }: NodeId): boolean {
  return level === 0 || level >= leastKeptLevel;
}

/** What has to be read for a node: itself, or the leaves below it. */
export function rowsOf(id: NodeId): readonly NodeId[] {
  if (isKept(id)) return [id];
  const width = 2 ** id.level;
  return Array.from({ length: width }, (_, at) => ({ level: 0, index: id.index * width + at }));
}

/** @param hashes - of `rowsOf` @returns undefined when one of them is missing */
export function foldRows(
  hashes: readonly (TreeNode["hash"] | undefined)[],
): TreeNode["hash"] | undefined {
  let level = hashes;
  while (level.length > 1) {
    const above: (Uint8Array | undefined)[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]];
      above.push(left === undefined || right === undefined ? undefined : nodeHash(left, right));
    }
    level = above;
  }
  return level[0];
}
