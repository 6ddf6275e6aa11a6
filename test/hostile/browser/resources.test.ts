import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunOptions } from "./stage/host-page.ts";
import { openStage, type Stage } from "./stage/stage.ts";

let stage: Stage;
let page: Page;

beforeAll(async () => {
  stage = await openStage();
  page = await stage.openPage();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => stage.load(page));

const run = (options: RunOptions) =>
  page.evaluate((given) => globalThis.stage.run(given), { frameUrl: stage.frameUrl, ...options });
const seen = () => page.evaluate(() => globalThis.stage.seen);
const steps = async () =>
  (await seen()).flatMap(({ limit }) => (limit === undefined ? [] : [limit.step]));
const reached = (step: string) =>
  page.waitForFunction(
    (wanted) => globalThis.stage.seen.some(({ limit }) => limit?.step === wanted),
    step,
  );
const flood = (callOnce: string) =>
  stage.viewCode("flood-calls.js", `globalThis.callOnce = (host) => ${callOnce};`);

describe("a view that floods below what ends it", () => {
  it("is warned, then throttled, while another keeps answering", async () => {
    await page.evaluate(() =>
      globalThis.stage.configure({
        viewLimits: { maxMessagesPerSecond: 5_000, maxSustainedMessagesPerSecond: 100 },
        limitStepTimes: { checkMs: 100, stepUpMs: 1_000, calmMs: 60_000 },
      }),
    );
    const bundleUrl = await stage.serveView("counter.js");
    expect(await run({ instance: "b", bundleUrl })).toBeUndefined();
    const busy = await stage.viewCode("busy.js");
    expect(
      await run({ instance: "c", code: busy, manifest: { resources: { cpu: 100 } } }),
    ).toBeUndefined();
    const code = await flood('host.log({ level: "info", message: "x" })');
    expect(await run({ instance: "a", code })).toBeUndefined();
    await reached("throttle");
    const slowed = (await seen()).find(({ limit }) => limit?.step === "throttle");
    expect(slowed).toMatchObject({
      instance: "a",
      limit: {
        previous: "warn",
        limit: "messages",
        figure: { kind: "measured", unit: "perSecond" },
        allowed: 100,
      },
    });
    // Fifty messages a second are let through from now on, and a call takes one at least; at the
    // pace before, these would take a few hundredths of a second.
    await page.waitForFunction(
      (since) =>
        globalThis.stage.seen.filter(({ kind, at }) => kind === "log" && (at ?? 0) > since)
          .length >= 24,
      slowed?.at ?? 0,
    );
    const slow = (await seen()).filter(
      ({ kind, at }) => kind === "log" && (at ?? 0) > (slowed?.at ?? 0),
    );
    expect((slow[23]?.at ?? 0) - (slow[0]?.at ?? 0)).toBeGreaterThan(200);
    for (let times = 1; times <= 3; times++) {
      await page.evaluate(() => globalThis.stage.press("Add", "b"));
      await page.waitForFunction(
        (text) => globalThis.stage.texts("b").includes(text),
        `Count ${times}`,
      );
    }
    expect(await page.evaluate(() => globalThis.stage.state())).toBe("running");
    expect(await steps()).toEqual(["warn", "throttle"]);
    // Meanwhile the heartbeats have told which of the two others keeps its thread busy.
    await page.waitForFunction(() => {
      const [busy, idle] = ["c", "b"].map((name) => globalThis.stage.usage(name)?.readings.cpu);
      return (
        busy?.kind === "estimated" &&
        idle?.kind === "estimated" &&
        busy.value >= 20 &&
        busy.value > idle.value
      );
    });
    expect(await page.evaluate(() => globalThis.stage.report("c"))).toMatchObject({
      step: "none",
      limits: expect.arrayContaining([
        expect.objectContaining({ limit: "cpu", allowed: 100, peak: expect.any(Number) }),
      ]),
    });
  });

  it("is suspended for calls that it insists on, let back, and stopped the next time", async () => {
    await page.evaluate(() =>
      globalThis.stage.configure({
        limitStepTimes: { checkMs: 100, stepUpMs: 200, calmMs: 600 },
      }),
    );
    const code = await flood('host.call({ capability: "none", method: "at", args: null })');
    expect(await run({ code, manifest: { resources: { apiCalls: 5 } } })).toBeUndefined();
    await page.waitForFunction(() => globalThis.stage.state() === "failed");
    expect(await steps()).toEqual(["warn", "throttle", "suspend", "throttle", "stop"]);
    const states = (await seen()).flatMap(({ kind, state }) => (kind === "status" ? [state] : []));
    expect(states.slice(-4)).toEqual(["running", "suspended", "running", "failed"]);
    expect((await seen()).findLast(({ kind }) => kind === "violation")?.error).toMatchObject({
      code: "VIEW_LIMIT_EXCEEDED",
      message: expect.stringContaining("apiCalls"),
    });
    expect(await page.evaluate(() => globalThis.stage.frames())).toBe(0);
    await expect.poll(() => page.workers().length).toBe(0);
  });
});

it("goes on slowed when the host resumes it from its suspension, and has no second one", async () => {
  await page.evaluate(() =>
    globalThis.stage.configure({
      limitStepTimes: { checkMs: 50, stepUpMs: 50, calmMs: 60_000 },
    }),
  );
  const code = await flood('host.call({ capability: "none", method: "at", args: null })');
  const manifest = { resources: { apiCalls: 5 } };
  expect(await run({ code, manifest })).toBeUndefined();
  await page.waitForFunction(() => globalThis.stage.state() === "suspended");
  expect(await page.evaluate(() => globalThis.stage.act("pause"))).toMatchObject({
    code: "RUNTIME_STATE",
  });
  expect(await page.evaluate(() => globalThis.stage.act("resume"))).toBeUndefined();
  await page.waitForFunction(() => globalThis.stage.state() === "failed");
  expect(await steps()).toEqual(["warn", "throttle", "suspend", "stop"]);
});

describe("a view in the background", () => {
  it("has its timers and frames paced, and back at once when it comes to the front", async () => {
    const bundleUrl = await stage.serveView("ticker.js");
    const counter = await stage.serveView("counter.js");
    expect(await run({ instance: "a", bundleUrl })).toBeUndefined();
    expect(await run({ instance: "b", bundleUrl: counter })).toBeUndefined();
    const gap = (isPaced: boolean) =>
      page.waitForFunction((paced) => {
        const gaps = globalThis.stage.texts("a").map((text) => Number(text.split(" ")[1]));
        return gaps.length > 0 && gaps.every((ms) => (paced ? ms >= 150 : ms < 150));
      }, isPaced);
    await gap(false);
    await page.evaluate(() => globalThis.stage.setForeground("b"));
    await gap(true);
    await page.evaluate(() => globalThis.stage.setForeground("a"));
    await gap(false);
  });
});
