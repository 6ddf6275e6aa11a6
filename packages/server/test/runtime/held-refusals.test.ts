import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createHeldRefusals } from "../../src/runtime/held-refusals.ts";

describe("held refusals", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("leave after their time, in the order of coming", () => {
    const sent: string[] = [];
    const refusals = createHeldRefusals(Date.now, 500);
    refusals.hold(() => sent.push("first"));
    vi.advanceTimersByTime(100);
    refusals.hold(() => sent.push("second"));
    vi.advanceTimersByTime(399);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual(["first"]);
    vi.advanceTimersByTime(99);
    expect(sent).toEqual(["first"]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual(["first", "second"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that came at once leave a few at a time, and none is lost", () => {
    let sent = 0;
    const refusals = createHeldRefusals(Date.now, 500);
    for (let index = 0; index < 3_000; index += 1) refusals.hold(() => (sent += 1));
    vi.advanceTimersByTime(500);
    expect(sent).toBe(8);
    vi.advanceTimersByTime(1);
    expect(sent).toBe(16);
    vi.advanceTimersByTime(1_000);
    expect(sent).toBe(3_000);
    refusals.hold(() => (sent += 1));
    vi.advanceTimersByTime(500);
    expect(sent).toBe(3_001);
  });

  it("are as many as connections may be kept; what comes on top leaves at once", () => {
    let sent = 0;
    const refusals = createHeldRefusals(Date.now, 500);
    for (let index = 0; index < 10_000; index += 1) refusals.hold(() => (sent += 1));
    expect(sent).toBe(0);
    refusals.hold(() => (sent += 1));
    expect(sent).toBe(1);
  });
});
