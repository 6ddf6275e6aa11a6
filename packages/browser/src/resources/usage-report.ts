/** What an app used so far, against what it may use, and where that leads. */
import type { AllowedFigures } from "./limit-checks.ts";
import type { LimitStep } from "./limit-ladder.ts";
import { type Reading, type ReadingName, type ResourceReadings, readingNames } from "./reading.ts";
import type { Forecast, fitTrend, forecast } from "./trend.ts";
import type { UsageHistory, UsageMinute } from "./usage-history.ts";

export interface LimitReport {
  readonly limit: ReadingName;
  readonly now: Reading;
  /** In the unit of `now`. */
  readonly allowed: number;
  /** The highest of the minutes and of now; null where nothing is known. */
  readonly peak: number | null;
  /** By a line through the whole minutes; null for fewer than three. */
  readonly perHour: number | null;
  /** When the trend reaches the limit. */
  readonly forecast: Forecast;
}

export interface UsageReport {
  /** When the report was made, milliseconds since the epoch. */
  readonly at: number;
  /** Where the app stands with its limits. */
  readonly step: LimitStep;
  readonly limits: readonly LimitReport[];
  /** At most a day of running, oldest first. */
  readonly minutes: readonly UsageMinute[];
}

/** What trend.ts does. */
export interface TrendTools {
  readonly fitTrend: typeof fitTrend;
  readonly forecast: typeof forecast;
}

export interface UsageReportParts {
  readonly at: number;
  readonly step: LimitStep;
  readonly readings: ResourceReadings;
  readonly allowed: AllowedFigures;
  readonly history: UsageHistory;
  /** Undefined until it is fetched: then no line is drawn and nothing forecast. */
  readonly trend: TrendTools | undefined;
}

const notYet: Forecast = Object.freeze({
  kind: "unavailable",
  at: undefined,
  reason: "too little was measured yet",
});

export function createUsageReport(parts: UsageReportParts): UsageReport {
  const { at, step, readings, allowed, history, trend } = parts;
  const minutes = history.minutes();
  const limits = readingNames.map((limit): LimitReport => {
    const points = history.points(limit);
    const known = [...minutes.map(({ figures }) => figures[limit]), readings[limit].value].filter(
      (value) => value !== null,
    );
    return {
      limit,
      now: readings[limit],
      allowed: allowed[limit],
      peak: known.length === 0 ? null : known.reduce((most, value) => Math.max(most, value)),
      perHour: trend?.fitTrend(points)?.perHour ?? null,
      forecast: trend?.forecast(points, allowed[limit]) ?? notYet,
    };
  });
  return { at, step, limits, minutes };
}
