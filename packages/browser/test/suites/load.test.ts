/** A20, load: many apps at once, a hundred mounts, and an app that only grows. */
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Lab, openLab } from "../lab/lab.ts";
import type {} from "../lab/lab-page.ts";
import type {} from "../lab/track-resources.ts";

let lab: Lab;
let page: Page;

beforeAll(async () => {
  lab = await openLab();
  await lab.serve("adder.js", new URL("adder-view.js", import.meta.url));
  page = await lab.openTab();
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(() => lab.load(page));

/** What the whole renderer holds, once what can be collected is. */
async function inBrowser(session: CDPSession) {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const names = ["Documents", "Frames", "Nodes", "JSEventListeners", "WorkerGlobalScopes"];
  return Object.fromEntries(
    metrics.filter(({ name }) => names.includes(name)).map(({ name, value }) => [name, value]),
  );
}

describe("many apps at once", () => {
  it("run up to maxConcurrentApps, each answering for itself; one more waits for a place", async () => {
    const seen = await page.evaluate(async () => {
      const { AppRuntimeManager } = globalThis.lab;
      const manager = new AppRuntimeManager({ maxConcurrentApps: 20 });
      const source = globalThis.lab.sourceOf("adder", "/adder.js");
      const names = Array.from({ length: 21 }, (_, index) => `app-${index}`);
      await Promise.all(names.map((name) => manager.load(name, source)));
      const outcomes = await Promise.all(
        names.map((name) =>
          manager.start(name).then(
            () => "running",
            (error: { code: string }) => error.code,
          ),
        ),
      );
      // Each is pressed as often as its number says, all at the same time.
      await Promise.all(
        names.slice(0, 20).map(async (name, index) => {
          for (let times = 0; times < index; times++) await globalThis.lab.press(manager, name);
        }),
      );
      const drawn = () => names.slice(0, 20).map((name) => globalThis.lab.texts(manager, name)[0]);
      await globalThis.lab.until(() => drawn().every((text, index) => text === `Count ${index}`));
      await manager.stop("app-0");
      await manager.start("app-20");
      const states = manager.list().map(({ state }) => state);
      await manager.close();
      return { outcomes, states, left: manager.list().length };
    });
    expect(seen.outcomes).toEqual([
      ...Array.from({ length: 20 }, () => "running"),
      "RUNTIME_CAPACITY",
    ]);
    expect(seen.states.filter((state) => state === "running")).toHaveLength(20);
    expect(seen.states[0]).toBe("stopped");
    expect(seen.left).toBe(0);
    await expect.poll(() => page.workers().length).toBe(0);
  });

  it("leave nothing behind after a hundred mounts", async () => {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    const mount = (rounds: number) =>
      page.evaluate(async (times) => {
        const { lab: inPage } = globalThis;
        const manager = new inPage.AppRuntimeManager({ maxConcurrentApps: 10 });
        for (let round = 0; round < times; round++) {
          const names = Array.from({ length: 10 }, (_, index) => `app-${index}`);
          await Promise.all(
            names.map(async (name) => {
              await manager.load(name, inPage.sourceOf("adder", "/adder.js"));
              await manager.start(name);
              await inPage.press(manager, name);
              await manager.unload(name);
            }),
          );
        }
        return globalThis.held();
      }, rounds);
    const heldBefore = await page.evaluate(() => globalThis.held());
    // Once, so that what is made once is there.
    expect(await mount(1)).toEqual(heldBefore);
    const before = await inBrowser(session);
    const heldAfter = await mount(10);
    expect(heldAfter).toEqual(heldBefore);
    await expect.poll(() => page.workers().length).toBe(0);
    // Frames that were removed are collected in the renderer's own time.
    await expect.poll(() => inBrowser(session)).toEqual(before);
    console.log("held after a hundred mounts:", JSON.stringify(before));
  });

  it("names an app whose tree only grows, and not its quiet neighbour", async () => {
    const leaks = await page.evaluate(async () => {
      const { lab: inPage } = globalThis;
      const clock = inPage.createManualClock();
      const manager = new inPage.AppRuntimeManager({
        clock,
        // A minute passes here faster than a heart beats.
        viewLimits: { heartbeatTimeoutMs: 3_600_000 },
        // Nor is a worker that a busy machine lets wait one that is busy itself.
        defaultResourceLimits: { cpu: 100 },
      });
      const told: unknown[] = [];
      manager.on("leak", (event) => told.push(event));
      for (const name of ["quiet", "growing"]) {
        await manager.load(name, inPage.sourceOf("adder", "/adder.js"));
        await manager.start(name);
      }
      for (let second = 0; second < 70; second++) {
        const before = manager.get("growing")?.usage().nodes ?? 0;
        await inPage.press(manager, "growing", "Grow");
        await inPage.until(() => (manager.get("growing")?.usage().nodes ?? 0) > before);
        await inPage.press(manager, "quiet");
        clock.advance(1_000);
      }
      await manager.close();
      return told;
    });
    expect(leaks).toEqual([
      {
        instance: "growing",
        what: "nodes",
        from: expect.any(Number),
        to: expect.any(Number),
        overMs: 60_000,
      },
    ]);
  });
});
