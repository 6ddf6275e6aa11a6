/** The latest latencies of one installation, for its percentiles. */

export const latenciesKept = 1_000;

export interface Latencies {
  add(ms: number): void;
  /** Null when there is none yet. `share` is between 0 and 1. */
  percentile(share: number): number | null;
}

export function createLatencies(): Latencies {
  const kept = new Float32Array(latenciesKept);
  let added = 0;
  return {
    add(ms) {
      kept[added % latenciesKept] = ms;
      added += 1;
    },
    percentile(share) {
      const count = Math.min(added, latenciesKept);
      if (count === 0) return null;
      const sorted = kept.slice(0, count).sort();
      const index = Math.min(count - 1, Math.max(0, Math.ceil(share * count) - 1));
      return Math.round((sorted[index] ?? 0) * 1_000) / 1_000;
    },
  };
}
