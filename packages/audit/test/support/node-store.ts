/** Kept nodes as a server keeps them, counting what is read. */
import type { NodeReader, TreeNode } from "@berth/audit";

export interface NodeStore extends NodeReader {
  readonly reads: number;
  put(nodes: readonly TreeNode[]): void;
}

export function createNodeStore(
  leaves: readonly Uint8Array[],
  nodes: readonly TreeNode[],
): NodeStore {
  const kept = new Map<string, Uint8Array>();
  let reads = 0;
  const put = (added: readonly TreeNode[]) => {
    for (const { hash, index, level } of added) kept.set(`${level}/${index}`, hash);
  };
  put(nodes);
  return {
    put,
    get reads() {
      return reads;
    },
    async readNodes(ids) {
      reads += ids.length;
      return ids.map(({ index, level }) =>
        level === 0 ? leaves[index] : kept.get(`${level}/${index}`),
      );
    },
  };
}
