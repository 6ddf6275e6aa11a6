import { defaultResourceLimits, defaultViewLimits } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import {
  allowedFigures,
  findExcesses,
  type LimitSample,
} from "../../src/resources/limit-checks.ts";
import {
  estimated,
  measured,
  type ReadingName,
  type ResourceReadings,
  unavailable,
} from "../../src/resources/reading.ts";

const allowed = allowedFigures(defaultResourceLimits, defaultViewLimits);
const calm: ResourceReadings = {
  memory: unavailable("MB", "not told"),
  cpu: estimated(0, "percent", "test"),
  storage: measured(0, "MB"),
  network: measured(0, "perMinute"),
  apiCalls: measured(0, "perMinute"),
  messages: measured(0, "perSecond"),
  mutations: measured(0, "perSecond"),
};

function look(at: number, readings: Partial<ResourceReadings>, total = 0): LimitSample {
  return {
    at,
    readings: { ...calm, ...readings },
    totals: {
      messages: total,
      mutations: total,
      apiCalls: total,
      network: total,
      lateMs: total,
      observedMs: at,
    },
    hostLateShare: 0.1,
    memoryAt: readings.memory === undefined ? null : at,
  };
}

const exceeded = (
  sample: LimitSample,
  before?: LimitSample,
  since: LimitSample | undefined = before,
) => findExcesses(sample, before, since, allowed).map(({ limit }) => limit);

describe("an app's figures against its limits", () => {
  it.each<[ReadingName, (value: number) => ResourceReadings[ReadingName]]>([
    ["memory", (value) => estimated(value, "MB", "test")],
    ["cpu", (value) => estimated(value, "percent", "test")],
    ["storage", (value) => measured(value, "MB")],
    ["network", (value) => measured(value, "perMinute")],
    ["apiCalls", (value) => measured(value, "perMinute")],
    ["messages", (value) => measured(value, "perSecond")],
    ["mutations", (value) => measured(value, "perSecond")],
  ])("%s: below and at the limit is within, above it is not", (name, reading) => {
    const at = (value: number) => exceeded(look(1_000, { [name]: reading(value) }));
    expect(at(allowed[name] - 0.1)).toEqual([]);
    expect(at(allowed[name])).toEqual([]);
    expect(at(allowed[name] + 0.1)).toEqual([name]);
  });

  it("finds nothing in what cannot be known", () => {
    expect(exceeded(look(1_000, {}))).toEqual([]);
  });

  it("does not hold the past against an app that has stopped", () => {
    const readings = {
      network: measured(allowed.network * 3, "perMinute"),
      messages: measured(allowed.messages * 3, "perSecond"),
      cpu: estimated(100, "percent", "test"),
    };
    const before = look(10_000, readings, 5_000);
    expect(exceeded(look(11_000, readings, 5_000), before)).toEqual([]);
    expect(exceeded(look(11_000, readings, 7_000), before)).toEqual(["cpu", "network", "messages"]);
  });

  it("judges a slowed app by what it did since, just below and just above", () => {
    const readings = { messages: measured(allowed.messages + 50, "perSecond") };
    const since = look(10_000, readings, 0);
    const judged = (total: number) => exceeded(look(14_000, readings, total), since);
    expect(judged(4 * allowed.messages)).toEqual([]);
    expect(judged(4 * allowed.messages + 1)).toEqual(["messages"]);
  });

  it("takes the page's own lateness off what a worker is blamed for", () => {
    const readings = { cpu: estimated(60, "percent", "test") };
    const since = look(10_000, readings, 0);
    // Late by 59 % of the second, of which the page itself was late by 10 %.
    expect(exceeded(look(11_000, readings, 590), since)).toEqual([]);
    expect(exceeded(look(11_000, readings, 610), since)).toEqual(["cpu"]);
  });

  it("takes only more storage, and only a new measurement of memory, for news", () => {
    const full = look(1_000, { storage: measured(11, "MB") });
    expect(exceeded(look(2_000, { storage: measured(11, "MB") }), full)).toEqual([]);
    expect(exceeded(look(2_000, { storage: measured(12, "MB") }), full)).toEqual(["storage"]);
    const big = look(1_000, { memory: estimated(500, "MB", "test") });
    expect(exceeded({ ...look(2_000, big.readings), memoryAt: 1_000 }, big)).toEqual([]);
    expect(exceeded({ ...look(2_000, big.readings), memoryAt: 2_000 }, big)).toEqual(["memory"]);
  });

  it("is severe for calls at more than twice as many, since each is refused already", () => {
    const isSevere = (perMinute: number) => {
      const sample = look(1_000, { apiCalls: measured(perMinute, "perMinute") });
      return findExcesses(sample, undefined, undefined, allowed).map((found) => found.isSevere);
    };
    expect(isSevere(allowed.apiCalls * 2)).toEqual([false]);
    expect(isSevere(allowed.apiCalls * 2 + 1)).toEqual([true]);
  });
});
