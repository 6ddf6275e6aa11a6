import { describe, expect, it } from "vitest";
import type { Beat } from "../../src/resources/busy-meter.ts";
import { createWatchdog } from "../../src/sandbox/watchdog.ts";
import { createManualClock } from "../manual-clock.ts";

function open() {
  const { port1, port2 } = new MessageChannel();
  const clock = createManualClock();
  const troubles: string[] = [];
  const beats: Beat[] = [];
  const watchdog = createWatchdog({
    port: port1,
    limits: { heartbeatIntervalMs: 100, heartbeatTimeoutMs: 500 },
    clock,
    onTrouble: (trouble) => troubles.push(trouble),
    onBeat: (beat) => beats.push(beat),
  });
  const beat = async (data: unknown = 0) => {
    const seen = new Promise((resolve) =>
      port1.addEventListener("message", resolve, { once: true }),
    );
    port2.postMessage(data);
    await seen;
  };
  return { clock, troubles, beats, beat, watchdog, port2 };
}

describe("the watchdog", () => {
  it("lets a beating view live, and calls a silent one once", async () => {
    const { clock, troubles, beat, port2 } = open();
    for (let round = 0; round < 4; round++) {
      clock.advance(400);
      await beat();
    }
    expect(troubles).toEqual([]);
    clock.advance(500);
    expect(troubles).toEqual([]);
    clock.advance(200);
    expect(troubles).toEqual(["silent"]);
    clock.advance(5000);
    expect(troubles).toEqual(["silent"]);
    port2.close();
  });

  it("ends a view that floods its heartbeat", async () => {
    const { troubles, beat, port2 } = open();
    for (let sent = 0; sent < 201; sent++) await beat();
    expect(troubles).toEqual(["flooding"]);
    port2.close();
  });

  it("believes a beat's lateness within what can be, and its own count of silences first", async () => {
    const { clock, beats, beat, port2 } = open();
    const beatAfter = async (ms: number, data: unknown) => {
      clock.advance(ms);
      await beat(data);
      return beats.at(-1);
    };
    expect(await beatAfter(100, 30)).toEqual({ lateMs: 30, elapsedMs: 100 });
    expect(await beatAfter(100, 1e9)).toEqual({ lateMs: 100, elapsedMs: 100 });
    for (const lie of [-5, Number.NaN, "90", { lateMs: 90 }, null])
      expect(await beatAfter(100, lie)).toEqual({ lateMs: 0, elapsedMs: 100 });
    expect(await beatAfter(400, 0)).toEqual({ lateMs: 300, elapsedMs: 400 });
    port2.close();
  });

  it("tells the worker once how slowly its timers are to run", async () => {
    const { watchdog, port2 } = open();
    const told: unknown[] = [];
    const last = Promise.withResolvers<void>();
    port2.onmessage = ({ data }) => {
      told.push(data);
      if (told.length === 3) last.resolve();
    };
    for (const everyMs of [0, 200, 200, Number.POSITIVE_INFINITY, 0])
      watchdog.setTimerPace(everyMs);
    await last.promise;
    expect(told).toEqual([
      { timerPaceMs: 200 },
      { timerPaceMs: Number.POSITIVE_INFINITY },
      { timerPaceMs: 0 },
    ]);
    watchdog.close();
    port2.close();
  });
});
