/**
 * Least squares through a few points of time, and what may be concluded from it. A forecast is
 * made only where the fit carries it; otherwise it says why not.
 */

export interface Point {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

export interface Trend {
  /** In the value's unit. */
  readonly perHour: number;
  /** Standard error of the same. */
  readonly perHourError: number;
  /** Share of the variance that the line explains, in [0, 1]. */
  readonly rSquared: number;
  readonly points: number;
  /** On the line, at the last point. */
  readonly valueNow: number;
}

export type Forecast =
  | {
      readonly kind: "estimated";
      /** When the line meets the limit. */
      readonly at: Date;
      /** Between these, if the trend goes on: two standard errors of the slope to either side. */
      readonly earliest: Date;
      readonly latest: Date;
      /** Share of the variance that the trend explains, in [0, 1]. */
      readonly confidence: number;
    }
  | { readonly kind: "reached"; readonly at: Date }
  | { readonly kind: "unavailable"; readonly at: undefined; readonly reason: string };

const hourMs = 3_600_000;
const minPoints = 10;
/** The slope must be at least this many of its standard errors above zero. */
const minSlopeErrors = 3;
/** A line through one hour says nothing of the next month. */
const maxHorizonSpans = 30;

/** Ordinary least squares; undefined for fewer than three points, or all at one time. */
export function fitTrend(points: readonly Point[]): Trend | undefined {
  const n = points.length;
  const last = points.at(-1);
  if (n < 3 || last === undefined) return undefined;
  // From the last point on, in hours, so that nothing is lost to the epoch's large numbers.
  const x = points.map(({ at }) => (at - last.at) / hourMs);
  const meanX = x.reduce((sum, value) => sum + value, 0) / n;
  const meanY = points.reduce((sum, { value }) => sum + value, 0) / n;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const [index, { value }] of points.entries()) {
    const dx = (x[index] ?? 0) - meanX;
    xx += dx * dx;
    xy += dx * (value - meanY);
    yy += (value - meanY) ** 2;
  }
  if (xx === 0) return undefined;
  const perHour = xy / xx;
  const residual = Math.max(0, yy - perHour * xy);
  return {
    perHour,
    perHourError: Math.sqrt(residual / (n - 2) / xx),
    rSquared: yy === 0 ? 1 : Math.max(0, 1 - residual / yy),
    points: n,
    valueNow: meanY - perHour * meanX,
  };
}

/** When the figure reaches `limit`, if it goes on as it did. @param points - in order of time */
export function forecast(points: readonly Point[], limit: number): Forecast {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return none("nothing was measured yet");
  if (last.value >= limit) return { kind: "reached", at: new Date(last.at) };
  const trend = fitTrend(points);
  if (trend === undefined || trend.points < minPoints)
    return none(`${points.length} minutes are known; a trend needs ${minPoints}`);
  const { perHour, perHourError, rSquared } = trend;
  if (perHour <= 0 || perHour < minSlopeErrors * perHourError)
    return none("it does not grow, or not steadily enough");
  const distance = Math.max(0, limit - trend.valueNow);
  const dateAt = (slope: number) => new Date(last.at + (distance / slope) * hourMs);
  const at = dateAt(perHour);
  if (at.getTime() - last.at > maxHorizonSpans * (last.at - first.at))
    return none("what is known is too short to tell so far ahead");
  return {
    kind: "estimated",
    at,
    earliest: dateAt(perHour + 2 * perHourError),
    latest: dateAt(perHour - 2 * perHourError),
    confidence: rSquared,
  };
}

function none(reason: string): Forecast {
  return { kind: "unavailable", at: undefined, reason };
}
