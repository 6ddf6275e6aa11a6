/** A tree's list of items as the rows that are in sight. */
import type { CatalogProps } from "@berth/protocol";

export type TreeItem = CatalogProps<"Tree">["items"][number];

export interface TreeRow {
  /** Of the item in the app's list. */
  readonly index: number;
  readonly item: TreeItem;
  /** One more than its parent's at most, whatever the app wrote. */
  readonly level: number;
  readonly hasItems: boolean;
  readonly isOpen: boolean;
  /** The row's index among the items; -1 at the top. */
  readonly parent: number;
  readonly place: number;
  /** How many stand beside it, itself included. */
  readonly siblings: number;
}

export function readTree(
  items: readonly TreeItem[],
  isOpen: (item: TreeItem) => boolean,
): readonly TreeRow[] {
  const rows: (Omit<TreeRow, "siblings"> & { readonly isShown: boolean })[] = [];
  const counts = new Map<number, number>();
  // The items around the one at hand, outermost first.
  const around: number[] = [];
  for (const [index, item] of items.entries()) {
    const level = Math.min(item.level, around.length + 1);
    around.length = level - 1;
    const parent = around.at(-1) ?? -1;
    const parentRow = parent < 0 ? undefined : rows[parent];
    const place = (counts.get(parent) ?? 0) + 1;
    counts.set(parent, place);
    rows.push({
      index,
      item,
      level,
      hasItems: (items[index + 1]?.level ?? 0) > level,
      isOpen: isOpen(item),
      parent,
      place,
      isShown: parentRow === undefined || (parentRow.isShown && parentRow.isOpen),
    });
    around.push(index);
  }
  return rows
    .filter((row) => row.isShown)
    .map(({ isShown: _, ...row }) => ({ ...row, siblings: counts.get(row.parent) ?? 1 }));
}
