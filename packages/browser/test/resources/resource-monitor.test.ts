import { describe, expect, it } from "vitest";
import { createBusyMeter } from "../../src/resources/busy-meter.ts";
import { openHostLateness } from "../../src/resources/host-lateness.ts";
import { openMemoryMeter } from "../../src/resources/memory-meter.ts";
import { ResourceMonitor } from "../../src/resources/resource-monitor.ts";
import { createManualClock } from "../manual-clock.ts";

describe("what the monitor reads", () => {
  it("counts calls over the last minute, and messages a second over the last ten", () => {
    const clock = createManualClock();
    const monitor = new ResourceMonitor({ clock });
    monitor.count("requests", 3);
    monitor.count("capabilityCalls", 2);
    monitor.count("messages", 50);
    const read = () => monitor.usage().readings;
    expect(read().apiCalls).toEqual({ kind: "measured", value: 5, unit: "perMinute" });
    expect(read().messages).toEqual({ kind: "measured", value: 5, unit: "perSecond" });
    clock.advance(9_000);
    expect(read().messages.value).toBe(5);
    clock.advance(1_000);
    expect(read().messages.value).toBe(0);
    clock.advance(49_000);
    expect(read().apiCalls.value).toBe(5);
    clock.advance(1_000);
    expect(read().apiCalls.value).toBe(0);
    expect(monitor.usage()).toMatchObject({ requests: 3, capabilityCalls: 2, messages: 50 });
  });

  it("does not blame a new worker for the messages of the one before, but for its calls", () => {
    const monitor = new ResourceMonitor({ clock: createManualClock() });
    monitor.count("messages", 50);
    monitor.count("requests", 3);
    monitor.beginRun();
    expect(monitor.usage().readings).toMatchObject({
      messages: { value: 0 },
      apiCalls: { value: 3 },
    });
    expect(monitor.demand()).toEqual({ messages: 0, mutations: 0 });
  });

  it("says what it cannot know, and why", () => {
    const monitor = new ResourceMonitor({ clock: createManualClock() });
    const { memory, cpu, storage } = monitor.usage().readings;
    for (const reading of [memory, cpu, storage])
      expect(reading).toMatchObject({
        kind: "unavailable",
        value: null,
        reason: expect.any(String),
      });
    monitor.observe(() => ({ nodes: 0, silenceMs: null, storageBytes: 524_288 }));
    expect(monitor.usage().readings.storage).toMatchObject({ kind: "measured", value: 0.5 });
  });
});

describe("how busy a worker is", () => {
  const beats = (lateMs: number, count = 20) => {
    const clock = createManualClock();
    const meter = createBusyMeter(clock);
    for (let beat = 0; beat < count; beat++) {
      clock.advance(500);
      meter.note({ lateMs, elapsedMs: 500 });
    }
    return { clock, meter };
  };

  it("is an estimate from its timers' lateness, less the page's own", () => {
    const { meter } = beats(200);
    expect(meter.reading(0)).toMatchObject({ kind: "estimated", value: 40, unit: "percent" });
    expect(meter.reading(0.15)).toMatchObject({ value: 25 });
    expect(meter.reading(0.9)).toMatchObject({ value: 0 });
  });

  it("is not known from a few beats, nor from old ones", () => {
    expect(beats(200, 9).meter.reading(0).kind).toBe("unavailable");
    const { clock, meter } = beats(200, 10);
    expect(meter.reading(0).kind).toBe("estimated");
    clock.advance(10_000);
    expect(meter.reading(0).kind).toBe("unavailable");
  });

  it("is held against a page whose own timers are on time, and against a late one", () => {
    const clock = createManualClock();
    let late = 0;
    const skewed = { ...clock, now: () => clock.now() + late };
    const lateness = openHostLateness(skewed);
    clock.advance(10_000);
    expect(lateness.share()).toBe(0);
    for (let probe = 0; probe < 100; probe++) {
      late += 100;
      clock.advance(100);
    }
    expect(lateness.share()).toBeCloseTo(0.5, 2);
    lateness.close();
  });
});

describe("the memory of frames", () => {
  // As Chromium answers: a frame of the page's process, and one of another, of which it says zero.
  const answer = {
    bytes: 82_331_528,
    breakdown: [
      { bytes: 273_015, attribution: [{ scope: "Window", url: "http://localhost/" }], types: [] },
      {
        bytes: 82_058_513,
        attribution: [
          { container: { id: "near", src: "" }, scope: "cross-origin-aggregated", url: "" },
        ],
      },
      {
        bytes: 0,
        attribution: [
          { container: { id: "far", src: "" }, scope: "cross-origin-aggregated", url: "" },
        ],
      },
      { bytes: 235_715, attribution: [], types: ["Shared"] },
    ],
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it("is estimated where the browser tells it, and unavailable elsewhere", async () => {
    const clock = createManualClock();
    let measured = 0;
    const meter = openMemoryMeter({
      clock,
      measure: async () => {
        measured += 1;
        return answer;
      },
    });
    expect(meter.reading("near").kind).toBe("unavailable");
    await settled();
    expect(meter.reading("near")).toMatchObject({ kind: "estimated", value: 78.3, unit: "MB" });
    for (const id of ["far", "absent", undefined])
      expect(meter.reading(id).kind).toBe("unavailable");
    const first = meter.measuredAt;
    clock.advance(30_000);
    await settled();
    expect(measured).toBe(2);
    expect(meter.measuredAt).toBe((first ?? 0) + 30_000);
    meter.close();
    clock.advance(60_000);
    expect(measured).toBe(2);
  });

  it("is asked for again after the browser has declined", async () => {
    const clock = createManualClock();
    let isBusy = true;
    const meter = openMemoryMeter({
      clock,
      measure: async () => {
        if (isBusy) throw new DOMException("busy", "SecurityError");
        return answer;
      },
    });
    await settled();
    expect(meter.measuredAt).toBeNull();
    isBusy = false;
    clock.advance(30_000);
    await settled();
    expect(meter.reading("near").kind).toBe("estimated");
    meter.close();
  });

  it("is unavailable where the page has no such measurement", () => {
    const meter = openMemoryMeter({ clock: createManualClock(), measure: undefined });
    expect(meter.reading("near")).toMatchObject({ kind: "unavailable", value: null });
  });
});
