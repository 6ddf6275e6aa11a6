/** What one run of a view draws: its first batch takes the place of whatever the run before left. */
import type { ViewTree } from "../view-tree/view-tree.ts";

/**
 * Applies a run's batches as `ViewTree.apply` does. Both halves of the change come in one turn, so
 * that nobody sees an empty view between. A run that is over draws nothing.
 */
export function drawAnew(tree: ViewTree, isCurrent: () => boolean): (records: unknown) => number {
  let isFirst = true;
  return (records) => {
    if (!isCurrent()) return 0;
    if (isFirst) tree.clear();
    isFirst = false;
    return tree.apply(records);
  };
}
