import { describe, expect, it } from "vitest";
import { fitTrend, forecast, type Point } from "../../src/resources/trend.ts";

const minuteMs = 60_000;
const start = Date.UTC(2026, 10, 1);
const points = (count: number, value: (minute: number) => number): Point[] =>
  Array.from({ length: count }, (_, minute) => ({
    at: start + minute * minuteMs,
    value: value(minute),
  }));
/** Between -1 and 1, the same at every run. */
const noise = (seed: number) => Math.sin(seed * 12.9898) ** 2 * 2 - 1;

describe("a line through what was used", () => {
  it("is the line itself when the points lie on one", () => {
    expect(fitTrend(points(20, (minute) => 3 + minute / 60))).toMatchObject({
      perHour: expect.closeTo(1, 9),
      perHourError: expect.closeTo(0, 6),
      rSquared: expect.closeTo(1, 9),
      valueNow: expect.closeTo(3 + 19 / 60, 9),
    });
  });

  it("has the slope, error and fit that a textbook's example has", () => {
    // Anscombe's first set: y = 3.0001 + 0.5001 x, standard error 0.1179, R² 0.6665.
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const given = x
      .map((hour, index) => ({ at: hour * 60 * minuteMs, value: y[index] ?? 0 }))
      .sort((a, b) => a.at - b.at);
    const trend = fitTrend(given);
    expect(trend?.perHour).toBeCloseTo(0.5001, 4);
    expect(trend?.perHourError).toBeCloseTo(0.1179, 4);
    expect(trend?.rSquared).toBeCloseTo(0.6665, 4);
    expect(trend?.valueNow).toBeCloseTo(3.0001 + 0.5001 * 14, 2);
  });

  it("cannot be drawn through too few", () => {
    expect(fitTrend(points(2, (minute) => minute))).toBeUndefined();
  });
});

describe("when a limit will be reached", () => {
  it("is told in days where the growth is steady", () => {
    // 10 MB, and 0.5 MB more each day, seen for six hours: the limit of 11.6 lies 2.7 days ahead.
    const seen = points(360, (minute) => 10 + (0.5 * minute) / 1_440 + noise(minute) * 0.002);
    const told = forecast(seen, 11.475);
    if (told.kind !== "estimated") throw new Error(`${told.kind}`);
    const days = (date: Date) => (date.getTime() - (seen.at(-1)?.at ?? 0)) / 86_400_000;
    expect(days(told.at)).toBeGreaterThan(2.5);
    expect(days(told.at)).toBeLessThan(2.9);
    expect(told.earliest.getTime()).toBeLessThan(told.at.getTime());
    expect(told.latest.getTime()).toBeGreaterThan(told.at.getTime());
    expect(told.confidence).toBeGreaterThan(0.9);
  });

  it("is the moment itself once it is reached, and not before", () => {
    const at = (limit: number) =>
      forecast(
        points(20, (minute) => minute),
        limit,
      ).kind;
    expect(at(18.9)).toBe("reached");
    expect(at(19)).toBe("reached");
    expect(at(19.1)).toBe("estimated");
  });

  it.each<[string, Point[], number, string]>([
    ["nothing is known", [], 10, "nothing"],
    ["there are too few minutes", points(9, (minute) => minute), 100, "9 minutes"],
    ["it stays where it is", points(60, () => 4), 10, "does not grow"],
    ["it shrinks", points(60, (minute) => 9 - minute / 10), 10, "does not grow"],
    ["it only wavers", points(60, (minute) => 5 + noise(minute)), 10, "does not grow"],
    ["it lies too far ahead", points(60, (minute) => minute / 1_000), 100, "too short"],
  ])("is not told where %s", (_what, seen, limit, reason) => {
    expect(forecast(seen, limit)).toMatchObject({
      kind: "unavailable",
      at: undefined,
      reason: expect.stringContaining(reason),
    });
  });
});
