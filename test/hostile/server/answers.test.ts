/** Apps whose answers, calls or logs have no measure: each is cut off or refused, by name. */
import { BerthError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { hostile, openPoolStage } from "./stage/pool-stage.ts";

let egressCalls = 0;
const stage = openPoolStage({
  onEgress() {
    egressCalls += 1;
    return Promise.reject(new BerthError("EGRESS_DENIED", "Nothing is reached here."));
  },
});
/** So that only what is under test can end the app. */
const ample = { cpuMs: 60_000, wallMs: 60_000, memoryMb: 128 } as const;

describe("answers", () => {
  it.each([
    ["ten-gigabytes", "/", "SANDBOX_RESPONSE_TOO_LARGE"],
    ["header-bomb", "/", "FUNCTION_RESPONSE_REFUSED"],
    ["decompression-bomb", "/answers", "SANDBOX_RESPONSE_TOO_LARGE"],
    ["endless-answer", "/fast", "SANDBOX_RESPONSE_TOO_LARGE"],
    ["endless-answer", "/unasked", "SANDBOX_MEMORY_EXCEEDED"],
  ])("%s %s ends as %s", async (name, path, code) => {
    expect(await stage.ask(hostile(name, { cpuMs: 20_000 }), { path })).toBe(code);
  });

  it("endless-answer that spins between two bytes ends as SANDBOX_CPU_EXCEEDED", async () => {
    expect(await stage.ask(hostile("endless-answer"), { path: "/spin" })).toBe(
      "SANDBOX_CPU_EXCEEDED",
    );
  });

  it.each(["/drip", "/silent"])(
    "endless-answer %s holds nothing once its reader has left",
    async (path) => {
      const spec = hostile("endless-answer", { ...ample, maxResponseBytes: 2_000 });
      const { body } = await stage.open(spec, { path });
      if (path === "/drip") await new Promise((resolve) => body.once("data", resolve));
      expect(stage.cellOf(spec).inFlight).toBe(1);
      body.destroy();
      await expect.poll(() => stage.cellOf(spec).inFlight).toBe(0);
    },
  );

  it("endless-answer that nobody reads waits, and grows nowhere", async () => {
    const spec = hostile("endless-answer", { ...ample, maxResponseBytes: 1e12 });
    const { body } = await stage.open(spec, { path: "/fast" });
    const serverBytes = process.memoryUsage().rss;
    // The victim's turns are the measure of time in which a flood could have come.
    for (let turn = 0; turn < 50; turn += 1) await stage.ask(stage.victim);
    expect(process.memoryUsage().rss - serverBytes).toBeLessThan(100e6);
    expect(stage.cellOf(spec).memoryBytes).toBeLessThan(100e6);
    body.destroy();
    await expect.poll(() => stage.cellOf(spec).inFlight).toBe(0);
  });

  it.each([
    ["/number", "FUNCTION_THREW"],
    ["/nothing", "FUNCTION_THREW"],
    ["/object", "FUNCTION_THREW"],
    ["/throws-null", "FUNCTION_THREW"],
    ["/throws-proxy", "FUNCTION_THREW"],
    ["/huge-message", "FUNCTION_THREW"],
    ["/splits", "FUNCTION_THREW"],
    ["/switches", "FUNCTION_THREW"],
  ])("garbage %s ends as %s", async (path, code) => {
    expect(await stage.ask(hostile("garbage"), { path })).toBe(code);
  });

  it("garbage that breaks off fails the body, and does not pass for whole", async () => {
    const path = "/breaks-off";
    expect(["CELL_LOST", "FUNCTION_THREW"]).toContain(
      await stage.ask(hostile("garbage"), { path }),
    );
  });
});

describe("floods", () => {
  it("call-flood gets its answers, or refusals by name", async () => {
    const { answered, codes } = await stage.report<{ answered: number; codes: string[] }>(
      hostile("call-flood", { ...ample, cpuPercent: 50 }),
    );
    expect(answered).toBeGreaterThanOrEqual(256);
    expect(codes).toEqual(["RATE_LIMITED"]);
  });

  it("fetch-storm is refused call by call, and no more come than the cell has connections", async () => {
    const spec = hostile("fetch-storm", ample);
    const counts = await stage.report<Record<string, number>>(spec);
    const { EGRESS_DENIED: denied = 0, ...others } = counts;
    // A refusal may be lost with its connection.
    expect(denied).toBeLessThanOrEqual(egressCalls);
    expect(denied).toBeGreaterThan(0);
    // The last is the engine's word for a socket that takes no further connection at the moment.
    const refusals = /connection lost|RATE_LIMITED|^internal error/;
    for (const name of Object.keys(others)) expect(name).toMatch(refusals);
    // What could not be had at once can be had afterwards.
    const one = () => stage.report(spec, { path: "/?count=1" });
    await expect.poll(one).toEqual({ EGRESS_DENIED: 1 });
  });

  it.each([["/console"], ["/"]])(
    "log-flood %s is thinned out, and is nobody else's",
    async (path) => {
      const spec = hostile("log-flood", { ...ample, wallMs: path === "/" ? 60_000 : 60_001 });
      const own = () => stage.logs.filter(({ isolateKey }) => isolateKey === spec.key);
      const startedAt = performance.now();
      expect(await stage.ask(spec, { path })).toBe("logged");
      await expect.poll(() => own().length).toBeGreaterThan(100);
      const seconds = Math.ceil((performance.now() - startedAt) / 1_000) + 1;
      expect(own().length).toBeLessThanOrEqual(500 * seconds);
      for (const { level, message, requestId } of own()) {
        expect(["debug", "info", "warn", "error"]).toContain(level);
        expect(message.length).toBeLessThanOrEqual(4_000);
        expect((requestId ?? "").length).toBeLessThanOrEqual(128);
      }
      expect(stage.logs.filter(({ isolateKey }) => isolateKey === stage.victim.key)).toEqual([]);
    },
  );
});
