/** Deals by stage, with what they are worth. */
import type { Deal, Saved, Settings } from "./types.ts";

export interface Stage {
  readonly name: string;
  readonly count: number;
  readonly value: number;
  /** The most valuable first. */
  readonly deals: readonly Saved<Deal>[];
}

/** Every configured stage in order; a stage that was renamed since comes last with its deals. */
export function pipelineOf(deals: readonly Saved<Deal>[], { stages }: Settings): readonly Stage[] {
  const byStage = Map.groupBy(deals, ({ stage }) => stage);
  const orphaned = [...byStage.keys()].filter((name) => !stages.includes(name)).sort();
  return [...stages, ...orphaned].map((name) => {
    const own = (byStage.get(name) ?? []).toSorted(
      (a, b) => b.value - a.value || (a.title < b.title ? -1 : 1),
    );
    const value = own.reduce((sum, deal) => sum + deal.value, 0);
    return { name, count: own.length, value, deals: own };
  });
}
