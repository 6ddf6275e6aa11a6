import type { AppState, BerthError } from "@berth/protocol";
import { defaultResourceLimits, defaultViewLimits } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { defaultLimitStepTimes } from "../../src/resources/limit-ladder.ts";
import { ResourceMonitor } from "../../src/resources/resource-monitor.ts";
import { createAppLimits } from "../../src/runtime/app-limits.ts";
import { createResourceKeeper, type KeptApp } from "../../src/runtime/resource-keeper.ts";
import type { ViewPace } from "../../src/sandbox/app-worker.ts";
import { createManualClock } from "../manual-clock.ts";

/** Apps without a worker: what is done to each is noted down. */
function open() {
  const clock = createManualClock();
  const apps = new Map<string, ReturnType<typeof add>>();
  const usages: string[] = [];
  const keeper = createResourceKeeper({
    config: {
      clock,
      pageBudget: { messagesPerSecond: 300, mutationsPerSecond: 3_000 },
      limitStepTimes: defaultLimitStepTimes,
      measureMemory: undefined,
    },
    apps: () => [...apps.values()].map(({ kept }) => kept),
    onUsage: (instance) => usages.push(instance),
  });
  function add(instance: string) {
    const monitor = new ResourceMonitor({ clock });
    const done: string[] = [];
    const seen: { state: AppState; pace: ViewPace | undefined; error: BerthError | undefined } = {
      state: "running",
      pace: undefined,
      error: undefined,
    };
    const limits = createAppLimits({
      instance,
      monitor,
      resources: { ...defaultResourceLimits, network: 10 },
      viewLimits: { ...defaultViewLimits, maxSustainedMessagesPerSecond: 10_000 },
      times: defaultLimitStepTimes,
      clock,
      measures: keeper.measures,
      busyTotals: () => ({ lateMs: 0, observedMs: 0 }),
      app: {
        get canBeSuspended() {
          return seen.state === "running";
        },
        setPace: (pace) => {
          seen.pace = pace;
        },
        suspend: () => {
          seen.state = "suspended";
        },
        goOn: () => {
          seen.state = "running";
        },
        end: (error) => {
          seen.state = "failed";
          seen.error = error;
        },
      },
      onMove: ({ step }) => done.push(step),
    });
    const kept: KeptApp = {
      instance,
      get state() {
        return seen.state;
      },
      demand: () => monitor.demand(),
      checkLimits: () => limits.check(),
      setShare: (share, isBackground) => limits.setShare(share, isBackground),
    };
    return { instance, kept, monitor, limits, done, seen };
  }
  const start = (instance: string) => {
    const app = add(instance);
    apps.set(instance, app);
    keeper.refresh();
    return app;
  };
  return { clock, keeper, start, usages };
}

describe("the apps of a page", () => {
  it("are all as fast as they like while none is in the foreground", () => {
    const { start, clock } = open();
    const [a, b] = [start("a"), start("b")];
    a.monitor.count("messages", 5_000);
    clock.advance(1_000);
    expect([a.seen.pace, b.seen.pace]).toEqual([undefined, undefined]);
  });

  it("are paced behind the one in the foreground, which leaves them what it does not use", () => {
    const { start, clock, keeper } = open();
    const [front, back] = [start("front"), start("back")];
    keeper.setForeground("front");
    expect(front.seen.pace).toBeUndefined();
    expect(back.seen.pace?.timersMs).toBeGreaterThan(0);
    // Both ask for far more than there is: two thirds, one third.
    const second = (frontMessages: number, backMessages: number) => {
      front.monitor.count("messages", frontMessages);
      back.monitor.count("messages", backMessages);
      clock.advance(1_000);
    };
    for (let seconds = 0; seconds < 3; seconds++) second(900, 900);
    expect(back.seen.pace?.delivery.messagesPerSecond).toBeCloseTo(100, 0);
    for (let seconds = 0; seconds < 6; seconds++) second(0, 900);
    expect(back.seen.pace?.delivery.messagesPerSecond).toBeGreaterThan(295);
    keeper.setForeground("back");
    expect(back.seen.pace).toBeUndefined();
    expect(front.seen.pace?.timersMs).toBeGreaterThan(0);
    keeper.setForeground(undefined);
    expect([front.seen.pace, back.seen.pace]).toEqual([undefined, undefined]);
  });

  it("are not paced for one in the foreground that is not up", () => {
    const { start, keeper } = open();
    const [front, back] = [start("front"), start("back")];
    keeper.setForeground("front");
    front.seen.state = "stopped";
    keeper.refresh();
    expect(back.seen.pace).toBeUndefined();
  });

  it("are looked at while one is up, and only then", () => {
    const { start, clock, keeper, usages } = open();
    const app = start("a");
    clock.advance(3_000);
    expect(usages).toHaveLength(3);
    app.seen.state = "stopped";
    keeper.refresh();
    clock.advance(60_000);
    expect(usages).toHaveLength(3);
  });
});

describe("an app that goes on requesting more than it may", () => {
  it("is warned, slowed, suspended, let back, and stopped; each with its time", () => {
    const { start, clock } = open();
    const app = start("a");
    const second = (requests: number) => {
      app.monitor.count("networkRequests", requests);
      clock.advance(1_000);
    };
    // Ten a minute: the tenth is within, the eleventh is not.
    second(10);
    expect(app.done).toEqual([]);
    second(1);
    expect(app.done).toEqual(["warn"]);
    for (let seconds = 0; seconds < 5; seconds++) second(1);
    expect(app.done).toEqual(["warn", "throttle"]);
    expect(app.seen.pace).toMatchObject({
      delivery: { messagesPerSecond: 150 },
      timersMs: 1_000,
    });
    for (let seconds = 0; seconds < 5; seconds++) second(1);
    expect(app.done.at(-1)).toBe("suspend");
    expect(app.seen).toMatchObject({
      state: "suspended",
      pace: { delivery: { messagesPerSecond: 0 }, timersMs: Number.POSITIVE_INFINITY },
    });
    for (let seconds = 0; seconds < 30; seconds++) second(0);
    expect(app.done.at(-1)).toBe("throttle");
    expect(app.seen.state).toBe("running");
    for (let seconds = 0; seconds < 5; seconds++) second(1);
    expect(app.done.at(-1)).toBe("stop");
    expect(app.seen.error).toMatchObject({
      code: "VIEW_LIMIT_EXCEEDED",
      details: { limit: "network", allowed: 10, unit: "perMinute" },
    });
    expect(app.limits.report()).toMatchObject({ step: "stop" });
  });

  it("is left alone when it stops requesting, though its last minute sums up to too much", () => {
    const { start, clock } = open();
    const app = start("a");
    app.monitor.count("networkRequests", 40);
    clock.advance(50_000);
    expect(app.done).toEqual(["warn", "none"]);
  });

  it("goes on slowed when the host ends its suspension, and free in a new run", () => {
    const { start, clock } = open();
    const app = start("a");
    while (app.seen.state !== "suspended") {
      app.monitor.count("networkRequests", 2);
      clock.advance(1_000);
    }
    app.limits.lift();
    expect(app.seen.pace).toMatchObject({ delivery: { messagesPerSecond: 150 } });
    app.limits.reset();
    expect(app.seen.pace).toBeUndefined();
    expect(app.limits.report().step).toBe("none");
  });
});
