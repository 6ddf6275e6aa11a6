/** What an app used, by the minute, for as long back as is kept; the oldest minutes go first. */
import { type ReadingName, type ResourceReadings, readingNames } from "./reading.ts";
import type { Point } from "./trend.ts";

export interface UsageMinute {
  /** Start of the minute, milliseconds since the epoch. */
  readonly at: number;
  /**
   * Means of the minute in the units of `ResourceReadings`; null where nothing could be known. Of
   * memory and storage the last.
   */
  readonly figures: Readonly<Record<ReadingName, number | null>>;
}

export interface UsageHistory {
  /** Called about once a second while the app runs. */
  note(at: number, readings: ResourceReadings): void;
  /** Oldest first; the running minute is the last. */
  minutes(): readonly UsageMinute[];
  /** The whole minutes in which the figure was known. */
  points(name: ReadingName): readonly Point[];
}

const minuteMs = 60_000;
/** A day of running. */
export const defaultMaxMinutes = 1_440;

interface Minute {
  readonly at: number;
  readonly sums: Record<ReadingName, number>;
  readonly counts: Record<ReadingName, number>;
}

export function createUsageHistory(maxMinutes = defaultMaxMinutes): UsageHistory {
  const ring: Minute[] = [];
  /** Where the next minute goes, once the ring is full. */
  let next = 0;
  let current: Minute | undefined;

  const minuteOf = (at: number): Minute => {
    const start = Math.floor(at / minuteMs) * minuteMs;
    // A clock that was set back goes on in the minute that there is.
    if (current !== undefined && start <= current.at) return current;
    current = { at: start, sums: zeros(), counts: zeros() };
    if (ring.length < maxMinutes) ring.push(current);
    else {
      ring[next] = current;
      next = (next + 1) % maxMinutes;
    }
    return current;
  };
  const inOrder = (): readonly Minute[] => [...ring.slice(next), ...ring.slice(0, next)];

  return {
    note(at, readings) {
      const { sums, counts } = minuteOf(at);
      for (const name of readingNames) {
        const { value } = readings[name];
        if (value === null) continue;
        const isLevel = name === "memory" || name === "storage";
        sums[name] = isLevel ? value : sums[name] + value;
        counts[name] = isLevel ? 1 : counts[name] + 1;
      }
    },
    minutes: () => inOrder().map(({ at, sums, counts }) => ({ at, figures: means(sums, counts) })),
    points: (name) =>
      inOrder().flatMap(({ at, sums, counts }) =>
        at === current?.at || counts[name] === 0 ? [] : [{ at, value: sums[name] / counts[name] }],
      ),
  };
}

function zeros(): Record<ReadingName, number> {
  return { memory: 0, cpu: 0, storage: 0, network: 0, apiCalls: 0, messages: 0, mutations: 0 };
}

function means(
  sums: Record<ReadingName, number>,
  counts: Record<ReadingName, number>,
): Record<ReadingName, number | null> {
  const mean = (name: ReadingName) => (counts[name] === 0 ? null : sums[name] / counts[name]);
  return {
    memory: mean("memory"),
    cpu: mean("cpu"),
    storage: mean("storage"),
    network: mean("network"),
    apiCalls: mean("apiCalls"),
    messages: mean("messages"),
    mutations: mean("mutations"),
  };
}
