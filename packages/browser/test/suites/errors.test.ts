/**
 * A20, errors: each way in which a start fails, what is told of it, and that it can be mended.
 * Hangs and breaches of the protocol are in test/hostile/browser.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunOptions } from "../../../../test/hostile/browser/stage/host-page.ts";
import { openStage, type Stage } from "../../../../test/hostile/browser/stage/stage.ts";

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
const state = () => page.evaluate(() => globalThis.stage.state());
const frames = () => page.evaluate(() => globalThis.stage.frames());

describe("a view that does not start", () => {
  it("is failed with the stack when its module throws", async () => {
    const code = await stage.viewCode("throws-on-load.js");
    expect(await run({ code })).toMatchObject({
      code: "VIEW_THREW",
      message: expect.stringContaining("TypeError: no such feature"),
    });
    expect(await frames()).toBe(0);
  });

  it("is failed with the stack when its start throws", async () => {
    const bundleUrl = await stage.serveView("throws-on-start.js");
    expect(await run({ bundleUrl })).toMatchObject({
      code: "VIEW_THREW",
      message: expect.stringContaining("RangeError: cannot start"),
    });
    const error = (await seen()).find(({ kind }) => kind === "error");
    expect(error?.stack).toContain("blob:");
  });

  it("is told when it never calls defineView", async () => {
    const code = await stage.viewCode("never-defines.js");
    expect(await run({ code })).toMatchObject({
      code: "VIEW_THREW",
      message: expect.stringContaining("without calling defineView"),
    });
  });

  it("is told when its script does not parse", async () => {
    expect(await run({ code: "const broken = ;" })).toMatchObject({ code: "VIEW_LOAD_FAILED" });
    expect(await frames()).toBe(0);
  });

  it("is told when its module is not there, or is a page", async () => {
    expect(await run({ bundleUrl: `${stage.server.origin}/absent.js` })).toMatchObject({
      code: "VIEW_LOAD_FAILED",
      message: expect.stringContaining("404"),
    });
    expect(await run({ bundleUrl: `${stage.server.origin}/` })).toMatchObject({
      code: "VIEW_LOAD_FAILED",
      message: expect.stringContaining("a page, not a script"),
    });
  });

  it("is given up when its start never ends", async () => {
    await page.evaluate(() => globalThis.stage.configure({ viewLimits: { startTimeoutMs: 800 } }));
    const bundleUrl = await stage.serveView("never-starts.js");
    expect(await run({ bundleUrl })).toMatchObject({
      code: "VIEW_LOAD_FAILED",
      message: expect.stringContaining("800 ms"),
    });
    expect(await frames()).toBe(0);
  });

  it("is not run when its module is not the one of the digest", async () => {
    const failure = await page.evaluate(async () => {
      const { stage: host } = globalThis;
      return host.run({ code: "globalThis.ran = true", digest: "0".repeat(64) });
    });
    expect(failure).toMatchObject({ code: "PACKAGE_DIGEST_MISMATCH" });
    expect(await frames()).toBe(0);
  });
});

describe("a view that throws while it runs", () => {
  it.each([
    ["Throw", "TypeError"],
    ["Reject", "nobody caught this"],
  ])("is reported with a stack and lives on: %s", async (button, named) => {
    const bundleUrl = await stage.serveView("throws-on-event.js");
    expect(await run({ bundleUrl })).toBeUndefined();
    await page.evaluate((text) => globalThis.stage.press(text), button);
    await page.waitForFunction(() => globalThis.stage.seen.some(({ kind }) => kind === "error"));
    const error = (await seen()).find(({ kind }) => kind === "error");
    expect(error?.error).toMatchObject({
      code: "VIEW_THREW",
      message: expect.stringContaining(named),
    });
    expect(error?.stack).toContain("blob:");
    expect(await state()).toBe("running");
  });
});

describe("an app that failed", () => {
  it("says so in its state and events, and starts again once its cause is gone", async () => {
    const url = `${stage.server.origin}/mended.js`;
    expect(await run({ bundleUrl: url })).toMatchObject({ code: "VIEW_LOAD_FAILED" });
    expect(await state()).toBe("absent");
    stage.server.put("/mended.js", "text/javascript", await stage.viewCode("counter.js"));
    expect(await run({ bundleUrl: url })).toBeUndefined();
    expect(await state()).toBe("running");
  });

  it("is told alike by the promise and by the last of its error events", async () => {
    const failure = await run({ code: await stage.viewCode("throws-on-load.js") });
    const told = await seen();
    expect(told.flatMap((event) => event.state ?? [])).toEqual(["loaded", "starting", "failed"]);
    expect(told.findLast(({ kind }) => kind === "error")?.error).toEqual(failure);
  });

  it("refuses what its state does not allow, and is failed still", async () => {
    await run({ code: "const broken = ;" });
    for (const act of ["pause", "resume"] as const)
      expect(await page.evaluate((name) => globalThis.stage.act(name), act)).toMatchObject({
        code: "RUNTIME_STATE",
        message: expect.stringContaining("The app is failed"),
      });
    expect(await state()).toBe("failed");
    expect(await page.evaluate(() => globalThis.stage.act("unload"))).toBeUndefined();
    expect(await state()).toBe("absent");
  });
});
