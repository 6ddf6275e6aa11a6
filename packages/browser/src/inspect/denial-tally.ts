/**
 * What was refused, each kind once however often it was, the one refused last at the end. Beyond the
 * bound the kind goes that was refused least lately.
 */
import type { DenialEntry } from "./entries.ts";

type Denial = Pick<DenialEntry, "access" | "code" | "reason">;

export interface DenialTally {
  add(denial: Denial, at: number): void;
  /** The same list until something changes. */
  entries(): readonly DenialEntry[];
  /** Of all, those that are gone included: refusals, and kinds that were new. */
  readonly totals: { readonly denials: number; readonly kinds: number };
  clear(): void;
}

export function createDenialTally(max: number): DenialTally {
  const kinds = new Map<string, DenialEntry>();
  let totals = { denials: 0, kinds: 0 };
  let inOrder: readonly DenialEntry[] | undefined;
  return {
    add(denial, at) {
      const key = JSON.stringify([denial.access, denial.code, denial.reason]);
      const known = kinds.get(key);
      const isNew = known === undefined;
      totals = { denials: totals.denials + 1, kinds: totals.kinds + (isNew ? 1 : 0) };
      kinds.delete(key);
      kinds.set(
        key,
        isNew
          ? { id: totals.kinds, at, firstAt: at, count: 1, ...denial }
          : { ...known, at, count: known.count + 1 },
      );
      inOrder = undefined;
      if (kinds.size <= max) return;
      const [oldest] = kinds.keys();
      if (oldest !== undefined) kinds.delete(oldest);
    },
    entries() {
      inOrder ??= Object.freeze([...kinds.values()]);
      return inOrder;
    },
    get totals() {
      return totals;
    },
    clear() {
      kinds.clear();
      inOrder = undefined;
    },
  };
}
