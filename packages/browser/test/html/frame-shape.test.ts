import { describe, expect, it } from "vitest";
import { createFrameShape } from "../../src/html/frame-shape.ts";
import { createManualClock } from "../manual-clock.ts";

/** As much of an element as the shape writes to, which counts what would lay the page out. */
function open() {
  const drawn: string[] = [];
  const style = {
    set cssText(text: string) {
      drawn.push(/block-size:(\d+)px/.exec(text)?.[1] ?? "");
    },
  };
  const clock = createManualClock();
  const shape = createFrameShape({ maxHeightPx: 600, clock, onWidth: () => {} });
  shape.take({ style, inert: false } as unknown as HTMLIFrameElement, undefined);
  drawn.length = 0;
  return { shape, clock, drawn };
}

describe("the shape of a frame", () => {
  it("is laid out at once, then ten times a second at most, and ends as the app said last", () => {
    const { shape, clock, drawn } = open();
    for (let tick = 0; tick < 1_000; tick++) {
      shape.setHeight(tick % 2 === 0 ? 100 : 500);
      clock.advance(1);
    }
    shape.setHeight(321);
    clock.advance(1_000);
    expect(drawn.length).toBeLessThanOrEqual(12);
    expect(drawn.length).toBeGreaterThan(2);
    shape.setHeight(321);
    const before = drawn.length;
    clock.advance(1_000);
    expect(drawn.length).toBe(before);
  });

  it("draws nothing more once it is released", () => {
    const { shape, clock, drawn } = open();
    shape.setHeight(100);
    shape.setHeight(200);
    shape.release();
    const before = drawn.length;
    clock.advance(1_000);
    expect(drawn.length).toBe(before);
  });
});
