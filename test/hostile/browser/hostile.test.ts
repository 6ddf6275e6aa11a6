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
// A new document, with no frame, worker or runtime of the one before; a new page takes twice as long.
beforeEach(() => stage.load(page));

const run = (options: RunOptions) =>
  page.evaluate((given) => globalThis.stage.run(given), { frameUrl: stage.frameUrl, ...options });
const seen = () => page.evaluate(() => globalThis.stage.seen);
const state = () => page.evaluate(() => globalThis.stage.state());
const frames = () => page.evaluate(() => globalThis.stage.frames());
const failed = () => page.waitForFunction(() => globalThis.stage.state() === "failed");

/** A view that speaks to the port without the SDK, and attacks as soon as it is started. */
const attack = (body: string) =>
  stage.viewCode("steal-ports.js", `globalThis.attack = ({ send, call }) => { ${body} };`);

async function lastViolation() {
  return (await seen()).findLast(({ kind }) => kind === "violation")?.error;
}

describe("a view that does not yield", () => {
  it.each(["loop-on-load.js", "loop-on-start.js"])(
    "is removed within its time-out while the page stays live: %s",
    async (file) => {
      await page.evaluate(() =>
        globalThis.stage.configure({ viewLimits: { heartbeatTimeoutMs: 1500 } }),
      );
      const code = await stage.viewCode(file);
      const [failure, stall] = await page.evaluate(
        (options) =>
          Promise.all([globalThis.stage.run(options), globalThis.stage.longestStall(2500)]),
        { code, frameUrl: stage.frameUrl },
      );
      expect(failure).toMatchObject({ code: "VIEW_UNRESPONSIVE" });
      // A page that waited for the view would have stood still for its whole time-out.
      expect(stall).toBeLessThan(1_200);
      expect(await frames()).toBe(0);
      await expect.poll(() => page.workers().length).toBe(0);
    },
  );

  it("is removed when it hangs in an event, and starts again with its last state", async () => {
    await page.evaluate(() =>
      globalThis.stage.configure({ viewLimits: { heartbeatTimeoutMs: 1500 } }),
    );
    const bundleUrl = await stage.serveView("loop-on-event.js");
    expect(await run({ bundleUrl })).toBeUndefined();
    await page.evaluate(() => globalThis.stage.press("Hang"));
    await failed();
    expect(await lastViolation()).toMatchObject({ code: "VIEW_UNRESPONSIVE" });
    expect(await frames()).toBe(0);
    expect(await run({ bundleUrl })).toBeUndefined();
    expect(await page.evaluate(() => globalThis.stage.texts())).toContain(
      'state {"last":"before the loop"}',
    );
  });
});

/** What it may not send at all: isolation/breaches.ts. */
describe("a view that breaks the protocol", () => {
  it("is ended when it has too many calls in flight, and they are given up", async () => {
    stage.server.onFunction(() => {
      // Never answers: the calls stay in flight.
    });
    const bundleUrl = await stage.serveView("flood-fetch.js");
    const grants = [
      { id: "g", type: "api" as const, resource: "/api/*", actions: ["read" as const] },
    ];
    await run({ bundleUrl, apiOrigin: stage.apiOrigin, grants });
    await page.evaluate(() => globalThis.stage.press("Flood"));
    await failed();
    expect(await lastViolation()).toMatchObject({
      code: "VIEW_LIMIT_EXCEEDED",
      message: expect.stringContaining("in flight"),
    });
  });

  it("is heard no more once it was stopped, though it kept its port", async () => {
    const code = await attack(
      'setInterval(() => call("log", { level: "info", message: "still here" }), 20);',
    );
    // It never answers its own start well enough to matter; what counts is the port.
    await run({ code });
    await page.waitForFunction(() => globalThis.stage.seen.some(({ kind }) => kind === "log"));
    await page.evaluate(() => globalThis.stage.act("stop"));
    const before = (await seen()).length;
    await page.evaluate(() => globalThis.stage.longestStall(300));
    expect((await seen()).length).toBe(before);
    await expect.poll(() => page.workers().length).toBe(0);
  });

  it("does not hold up the page while it floods", async () => {
    const code = await attack("for (let i = 0; i < 200000; i++) send('[\"resolve\",9999,null]');");
    const [, stall] = await page.evaluate(
      (options) =>
        Promise.all([globalThis.stage.run(options), globalThis.stage.longestStall(1500)]),
      { code, frameUrl: stage.frameUrl },
    );
    expect(stall).toBeLessThan(700);
    expect(await state()).toBe("failed");
  });
});
