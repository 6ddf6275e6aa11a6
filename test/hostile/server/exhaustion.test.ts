/**
 * Apps that use up processor time or memory: each ends by the limit that it ran into, named, while
 * the app beside it is answered without one failed request.
 */
import type { CellLimits } from "@berth/cells";
import { describe, expect, it } from "vitest";
import { hostile, openPoolStage } from "./stage/pool-stage.ts";

const stage = openPoolStage();
/** So that only what is under test can end the app. */
const ample = { cpuMs: 60_000, wallMs: 60_000, memoryMb: 16 } as const;

describe("processor time", () => {
  it.each<[string, Partial<CellLimits>, string]>([
    ["endless-loop", { wallMs: 60_000 }, "SANDBOX_CPU_EXCEEDED"],
    ["endless-loop", { wallMs: 300, cpuMs: 60_000 }, "SANDBOX_DEADLINE_EXCEEDED"],
    ["endless-loop", { cpuPercent: 10, wallMs: 400 }, "SANDBOX_DEADLINE_EXCEEDED"],
    ["endless-microtasks", { wallMs: 60_000 }, "SANDBOX_CPU_EXCEEDED"],
    ["slow-regex", { wallMs: 60_000 }, "SANDBOX_CPU_EXCEEDED"],
    ["timer-flood", { wallMs: 60_000 }, "SANDBOX_CPU_EXCEEDED"],
    ["hang", { wallMs: 300 }, "SANDBOX_DEADLINE_EXCEEDED"],
  ])("%s with %j ends as %s", async (name, limits, code) => {
    expect(await stage.ask(hostile(name, limits))).toBe(code);
  });

  it.each(["/call", "/getter", "/proxy", "/parse", "/clone", "/pattern", "/promise", "/rpc"])(
    "deep-recursion %s throws where it is, and its cell lives on",
    async (path) => {
      const spec = hostile("deep-recursion", { memoryMb: 64, cpuMs: 10_000 });
      await stage.pool.load(spec);
      const { id } = stage.cellOf(spec);
      expect(await stage.ask(spec, { path })).toBe("FUNCTION_THREW");
      expect(stage.cellOf(spec).id).toBe(id);
    },
  );

  it("spin-after-answer loses its cell, though no request of it runs any longer", async () => {
    const spec = hostile("spin-after-answer", { cpuMs: 300 });
    expect(await stage.ask(spec)).toBe("answered");
    const ends = () =>
      stage.events.filter(
        (event) => event.type === "limit-exceeded" && event.isolateKey === spec.key,
      );
    await expect.poll(ends).toMatchObject([{ limit: "cpu time" }]);
  });

  it("deep-recursion that catches its overflows and goes down anew ends as an endless loop", async () => {
    const path = "/again";
    expect(await stage.ask(hostile("deep-recursion"), { path })).toBe("SANDBOX_CPU_EXCEEDED");
  });
});

describe("memory", () => {
  it.each([
    ["array-hog"],
    ["buffer-hog"],
    ["string-hog"],
    ["promise-flood"],
    ["decompression-bomb"],
  ])("%s ends as SANDBOX_MEMORY_EXCEEDED", async (name) => {
    const spec = hostile(name, ample);
    expect(await stage.ask(spec)).toBe("SANDBOX_MEMORY_EXCEEDED");
    const ends = stage.events.filter(
      (event) => event.type === "limit-exceeded" && event.isolateKey === spec.key,
    );
    expect(ends).toMatchObject([
      { limit: expect.stringMatching(/^(?:memory|heap)$/), requestId: "request" },
    ]);
  });
});
