import { defaultResourceLimits, defaultViewLimits } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { allowedFigures } from "../../src/resources/limit-checks.ts";
import { measured, type ResourceReadings, unavailable } from "../../src/resources/reading.ts";
import * as trend from "../../src/resources/trend.ts";
import { createUsageHistory } from "../../src/resources/usage-history.ts";
import { createUsageReport } from "../../src/resources/usage-report.ts";

const minuteMs = 60_000;
const readings = (storageMb: number, messages = 0): ResourceReadings => ({
  memory: unavailable("MB", "not told"),
  cpu: unavailable("percent", "not told"),
  storage: measured(storageMb, "MB"),
  network: measured(0, "perMinute"),
  apiCalls: measured(0, "perMinute"),
  messages: measured(messages, "perSecond"),
  mutations: measured(0, "perSecond"),
});

describe("what an app used, by the minute", () => {
  it("keeps means of rates, the last of levels, and nothing of what nobody knew", () => {
    const history = createUsageHistory();
    history.note(5_000, readings(1, 10));
    history.note(50_000, readings(3, 30));
    history.note(60_000, readings(4, 5));
    const [first, second] = history.minutes();
    expect(first).toMatchObject({ at: 0, figures: { storage: 3, messages: 20, memory: null } });
    expect(second).toMatchObject({ at: minuteMs, figures: { storage: 4, messages: 5 } });
    // The running minute is not whole yet.
    expect(history.points("messages")).toEqual([{ at: 0, value: 20 }]);
    expect(history.points("cpu")).toEqual([]);
  });

  it("keeps as many minutes as it may, the newest, in order", () => {
    const history = createUsageHistory(3);
    for (let minute = 0; minute < 8; minute++) history.note(minute * minuteMs, readings(minute));
    expect(history.minutes().map(({ at }) => at / minuteMs)).toEqual([5, 6, 7]);
    expect(history.points("storage").map(({ value }) => value)).toEqual([5, 6]);
  });

  it("is reported against the limits, with the day on which one is reached", () => {
    const history = createUsageHistory();
    const perMinute = 1 / (3 * 1_440);
    for (let minute = 0; minute < 300; minute++)
      history.note(minute * minuteMs, readings(9 + minute * perMinute));
    const parts = {
      at: 300 * minuteMs,
      step: "none",
      readings: readings(9 + 300 * perMinute),
      allowed: allowedFigures(defaultResourceLimits, defaultViewLimits),
      history,
    } as const;
    const report = createUsageReport({ ...parts, trend });
    const storage = report.limits.find(({ limit }) => limit === "storage");
    expect(storage).toMatchObject({ allowed: 10, forecast: { kind: "estimated" } });
    expect(storage?.perHour).toBeCloseTo(60 * perMinute, 6);
    expect(storage?.forecast.at?.getTime()).toBeCloseTo(3 * 1_440 * minuteMs, -3);
    const memory = report.limits.find(({ limit }) => limit === "memory");
    expect(memory).toMatchObject({
      now: { kind: "unavailable" },
      peak: null,
      perHour: null,
      forecast: { kind: "unavailable" },
    });
    // What draws the line may not be fetched yet; all else is told without it.
    const early = createUsageReport({ ...parts, trend: undefined });
    expect(early.limits.find(({ limit }) => limit === "storage")).toMatchObject({
      peak: storage?.peak,
      perHour: null,
      forecast: { kind: "unavailable" },
    });
  });
});
