/** How many records of each kind a batch holds. The batch has been checked and applied. */
import type { MutationEntry } from "./entries.ts";

type Counts = Pick<MutationEntry, "inserted" | "removed" | "texts" | "updated">;

/** By Remote DOM's numbers: insert, remove, text, update. */
const names = ["inserted", "removed", "texts", "updated"] as const;

export function countMutations(records: unknown): Counts {
  const counts = { inserted: 0, removed: 0, texts: 0, updated: 0 };
  if (!Array.isArray(records)) return counts;
  for (const record of records as readonly unknown[]) {
    const kind: unknown = Array.isArray(record) ? record[0] : undefined;
    const name = typeof kind === "number" ? names[kind] : undefined;
    if (name !== undefined) counts[name] += 1;
  }
  return counts;
}
