/**
 * Apps without a UI in the metered engine, in a real browser: what they have, what they cannot
 * reach, and that each of their limits ends them alone. The limits' exact places are in
 * packages/browser/test/metered.
 */
import type { Grant } from "@berth/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunOptions } from "./stage/host-page.ts";
import { openStage, type Stage } from "./stage/stage.ts";

let stage: Stage;
let page: Page;

beforeAll(async () => {
  stage = await openStage();
  page = await stage.openPage();
  honest = await stage.viewCode("logic.js");
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => stage.load(page));

const run = ({ manifest, ...options }: RunOptions) =>
  page.evaluate((given) => globalThis.stage.run(given), {
    manifest: { runtime: { engine: "quickjs" }, ...manifest },
    ...options,
  } satisfies RunOptions);
const message = (data: unknown, instance = "a") =>
  page.evaluate(
    ([given, name]) => globalThis.stage.message(given, name as string),
    [data, instance],
  );
const ended = (instance = "a") =>
  page.waitForFunction((name) => globalThis.stage.state(name) === "failed", instance);
const details = () => page.evaluate(() => globalThis.stage.details());
const violations = () =>
  page.evaluate(() =>
    globalThis.stage.seen.flatMap(({ kind, error }) => (kind === "violation" ? [error?.code] : [])),
  );

/** Calls, keeps and waits: all that an app without a UI may. */
let honest: string;

const grants: readonly Grant[] = [{ id: "g", type: "api", resource: "/orders", actions: ["read"] }];

describe("an app in the metered engine", () => {
  it.each(["srcdoc", "served"])(
    "has calls, timers, messages and state in a %s frame",
    async (kind) => {
      const { apiOrigin } = stage;
      const frame = kind === "served" ? { frameUrl: stage.frameUrl } : {};
      const options = { code: honest, ...frame, apiOrigin, hasEcho: true, grants };
      expect(await run(options)).toBeUndefined();
      expect(await message({ path: "/orders" })).toEqual({ ok: true });
      expect(await message({ path: "/salaries" })).toMatchObject({ code: "VIEW_THREW" });
      expect(await message({ ask: { a: [1, null, "ü"] } })).toEqual({ a: [1, null, "ü"] });
      expect(await message({ waitMs: 5 })).toMatchObject({
        ...{ started: 1, context: { viewState: null, app: { id: "specimen" } } },
      });
      // What was said, and what is known of it: measured, not estimated.
      await page.waitForFunction(() => globalThis.stage.seen.some(({ kind }) => kind === "log"));
      await page.waitForFunction(
        () => globalThis.stage.usage()?.readings.memory.kind === "measured",
      );
      const usage = await page.evaluate(() => globalThis.stage.usage());
      expect(usage?.readings.cpu.kind).toBe("measured");
      expect(usage?.readings.memory.value).toBeLessThan(2);
      expect(usage?.engine?.instructions).toBeGreaterThanOrEqual(0);
      // Its state comes back with it.
      await page.evaluate(() => globalThis.stage.act("stop"));
      expect(await message({})).toMatchObject({ code: "RUNTIME_STATE" });
      expect(await run(options)).toBeUndefined();
      expect(await message({})).toMatchObject({ context: { viewState: { started: 1 } } });
    },
  );

  it("draws nothing, and is refused where it says that it would", async () => {
    const asking = {
      runtime: { engine: "quickjs" },
      ui: { placements: [{ kind: "page", title: "x" }] },
    };
    expect(
      await run({ code: honest, manifest: asking as RunOptions["manifest"] & object }),
    ).toMatchObject({
      ...{ code: "MANIFEST_INVALID", message: expect.stringContaining("runtime.engine") },
    });
    const plain = await stage.serveView("counter.js");
    expect(
      await run({ bundleUrl: plain, manifest: { runtime: { engine: "native" } } }),
    ).toBeUndefined();
    expect(await message({})).toMatchObject({ code: "RUNTIME_STATE" });
  });

  it("throws to whoever sent the message, and tells what nobody waits for", async () => {
    const code = `defineLogic({ message(data, app) { if (data === "later") setTimeout(() => { throw new Error("late"); }, 1); else throw new RangeError("now"); } });`;
    expect(await run({ code })).toBeUndefined();
    expect(await message("now")).toMatchObject({
      ...{ code: "VIEW_THREW", message: expect.stringContaining("RangeError: now") },
    });
    await message("later");
    await page.waitForFunction(() =>
      globalThis.stage.seen.some(
        ({ kind, error }) => kind === "error" && error?.message.includes("late"),
      ),
    );
    expect(await page.evaluate(() => globalThis.stage.state())).toBe("running");
    expect(await run({ instance: "b", code: "throw new TypeError('at once')" })).toMatchObject({
      ...{ code: "VIEW_THREW", message: expect.stringContaining("TypeError: at once") },
    });
  });
});

describe("a hostile app in the metered engine", () => {
  /** A busy machine makes its beats late, for which it is not to be suspended. */
  const neighbour = () =>
    run({
      ...{ instance: "neighbour", code: honest, hasEcho: true },
      manifest: { resources: { cpu: 100 } },
    });

  it("that never yields is ended by its instructions; until then its heart beats", async () => {
    await page.evaluate(() =>
      globalThis.stage.configure({ viewLimits: { heartbeatIntervalMs: 50 } }),
    );
    expect(await neighbour()).toBeUndefined();
    const code = `defineLogic({ message() { for (;;); } });`;
    const runtime = { engine: "quickjs", turnInstructions: 100_000_000 } as const;
    // A whole core is its to use: what ends it is to be its instructions, however slow the machine.
    expect(await run({ code, manifest: { runtime, resources: { cpu: 100 } } })).toBeUndefined();
    const told = await page.evaluate(async () => {
      const counts = new Set<number>();
      const pending = globalThis.stage.message("go");
      while (globalThis.stage.state() === "running") {
        counts.add(globalThis.stage.usage()?.engine?.instructions ?? 0);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return { answer: await pending, counts: counts.size };
    });
    // Only a heartbeat brings a new count, and the app has but this one turn.
    expect(told.counts).toBeGreaterThan(1);
    expect(told.answer).toMatchObject({ code: "VIEW_LIMIT_EXCEEDED" });
    expect(await details()).toMatchObject({
      ...{ limit: "turnInstructions", value: 100_010_000, allowed: 100_000_000 },
    });
    expect(await violations()).toEqual(["VIEW_LIMIT_EXCEEDED"]);
    expect(await message({}, "neighbour")).toMatchObject({ started: 1 });
  });

  it("that hides in one call of the engine's own is ended by its silence", async () => {
    await page.evaluate(() =>
      globalThis.stage.configure({
        viewLimits: { heartbeatIntervalMs: 100, heartbeatTimeoutMs: 800 },
      }),
    );
    const code = `defineLogic({ message() { const a = []; a.length = 4294967295; return a.indexOf(1); } });`;
    expect(await run({ code })).toBeUndefined();
    expect(await message("go")).toMatchObject({ code: "VIEW_UNRESPONSIVE" });
  });

  it("that allocates without end is ended by its heap, and nobody else", async () => {
    expect(await neighbour()).toBeUndefined();
    const code = `defineLogic({ message() { globalThis.a = []; for (;;) a.push(new ArrayBuffer(65536)); } });`;
    const manifest = { runtime: { engine: "quickjs" }, resources: { memory: 8 } } as const;
    expect(await run({ code, manifest })).toBeUndefined();
    expect(await message("go")).toMatchObject({ code: "VIEW_LIMIT_EXCEEDED" });
    await ended();
    expect(await details()).toEqual({ limit: "memory", value: 8_388_608, allowed: 8_388_608 });
    expect(await message({}, "neighbour")).toMatchObject({ started: 1 });
    // It may be started anew.
    expect(await run({ code, manifest })).toBeUndefined();
  });

  it("reaches nothing by calls, headers or keys that it should not send", async () => {
    const code = `defineLogic({ async message(what, app) {
      if (what === "method") return app.call("no such", "m").catch((e) => e.code);
      if (what === "header") return app.fetch("/orders", { headers: { cookie: "a=1" } }).catch((e) => e.code);
      return app.saveState(JSON.parse('{"__proto__":{"polluted":true}}'));
    } });`;
    expect(await run({ code, grants, apiOrigin: stage.apiOrigin })).toBeUndefined();
    expect(await message("method")).toBe("REQUEST_INVALID");
    expect(await message("header")).toBe("REQUEST_INVALID");
    stage.server.forget();
    await message("pollute");
    expect(await page.evaluate(() => "polluted" in {})).toBe(false);
    expect(stage.server.requests).toEqual([]);
  });
});
