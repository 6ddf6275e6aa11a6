import { totalmem } from "node:os";

const bytesPerMb = 1024 * 1024;
const defaultShare = 0.7;

/** What cells may hold together where the operator says nothing: most of what there is. */
export function findMemoryBudgetBytes(memoryBudgetMb: number | undefined): number {
  if (memoryBudgetMb !== undefined) return memoryBudgetMb * bytesPerMb;
  // Of the server's control group; 0, or a number beyond all memory, where there is no limit.
  const constrained = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.floor(Math.min(totalmem(), constrained) * defaultShare);
}
