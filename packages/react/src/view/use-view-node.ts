/** One node of a view, live. */
import type { ViewNode, ViewTree } from "@berth/browser";
import { useCallback, useSyncExternalStore } from "react";

/** Undefined once the node is gone. */
export function useViewNode(tree: ViewTree, id: string): ViewNode | undefined {
  const subscribe = useCallback((listener: () => void) => tree.subscribe(id, listener), [tree, id]);
  const snapshot = useCallback(() => tree.snapshot(id), [tree, id]);
  return useSyncExternalStore(subscribe, snapshot, noNode);
}

function noNode(): undefined {
  return undefined;
}
