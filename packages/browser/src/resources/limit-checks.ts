/**
 * Holds an app's figures against its limits. A figure that is over counts only when what stands
 * behind it is going on: an app that has stopped is not held to what its last minute sums up to,
 * and one that was slowed down is judged by what it did since.
 */
import type { ResourceLimits, ViewLimits } from "@berth/protocol";
import type { Reading, ReadingName, ResourceReadings } from "./reading.ts";

export interface Excess {
  readonly limit: ReadingName;
  readonly figure: Exclude<Reading, { kind: "unavailable" }>;
  /** In the figure's unit. */
  readonly allowed: number;
  /** Enough to suspend or stop for; otherwise the app is slowed at most. */
  readonly isSevere: boolean;
}

/** What each figure may be at most; equal is within. */
export type AllowedFigures = Readonly<Record<ReadingName, number>>;

export function allowedFigures(resources: ResourceLimits, view: ViewLimits): AllowedFigures {
  return {
    memory: resources.memory,
    cpu: resources.cpu,
    storage: resources.storage,
    network: resources.network,
    apiCalls: resources.apiCalls,
    messages: view.maxSustainedMessagesPerSecond,
    mutations: view.maxSustainedMutationsPerSecond,
  };
}

/** One look at an app: its figures, and sums from which those of any time can be made. */
export interface LimitSample {
  readonly at: number;
  readonly readings: ResourceReadings;
  /** Since the beginning. */
  readonly totals: Readonly<Record<"messages" | "mutations" | "apiCalls" | "network", number>> & {
    /** How late the worker's timers were, together, and over how much time that was seen. */
    readonly lateMs: number;
    readonly observedMs: number;
  };
  /** Of the page's own timers, in [0, 1]. */
  readonly hostLateShare: number;
  /** When memory was measured; null when it never was. */
  readonly memoryAt: number | null;
}

/**
 * @param before - the look before this one
 * @param since - from which on the app is judged: its last step, or some seconds ago
 */
export function findExcesses(
  sample: LimitSample,
  before: LimitSample | undefined,
  since: LimitSample | undefined,
  allowed: AllowedFigures,
): readonly Excess[] {
  const names = Object.keys(allowed) as ReadingName[];
  return names.flatMap((limit) => {
    const figure = sample.readings[limit];
    const most = allowed[limit];
    if (figure.kind === "unavailable" || figure.value <= most) return [];
    const lately = figureLately(limit, figure.value, sample, before, since);
    if (lately <= most) return [];
    return [{ limit, figure, allowed: most, isSevere: isSevere(limit, lately, most) }];
  });
}

/** The figure of the time that counts; zero where there is nothing new in it. */
function figureLately(
  limit: ReadingName,
  value: number,
  sample: LimitSample,
  before: LimitSample | undefined,
  since: LimitSample | undefined,
): number {
  if (limit === "memory") return sample.memoryAt === before?.memoryAt ? 0 : value;
  // What was kept stays kept: only more of it is news.
  if (limit === "storage") return value > (before?.readings.storage.value ?? 0) ? value : 0;
  if (since === undefined) return value;
  if (limit === "cpu") {
    const observedMs = sample.totals.observedMs - since.totals.observedMs;
    const lateMs = sample.totals.lateMs - since.totals.lateMs;
    return observedMs <= 0 ? 0 : 100 * (lateMs / observedMs - sample.hostLateShare);
  }
  const seconds = (sample.at - since.at) / 1_000;
  const perSecond = seconds <= 0 ? 0 : (sample.totals[limit] - since.totals[limit]) / seconds;
  return limit === "apiCalls" || limit === "network" ? perSecond * 60 : perSecond;
}

/**
 * Calls and requests above the limit are refused one by one, so that an app has to insist, by
 * twice as many, before it is suspended. Busy time is an estimate: it has to lie half of the way
 * from what is allowed to all there is.
 */
function isSevere(limit: ReadingName, lately: number, allowed: number): boolean {
  if (limit === "apiCalls" || limit === "network") return lately > 2 * allowed;
  if (limit === "cpu") return lately > (allowed + 100) / 2;
  return true;
}
