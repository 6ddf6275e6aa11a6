import { describe, expect, it } from "vitest";
import { createPacer, type DeliveryPace } from "../../src/sandbox/pacer.ts";
import { createManualClock } from "../manual-clock.ts";

function open(options: { readonly maxMessages?: number; readonly maxCharacters?: number } = {}) {
  const clock = createManualClock();
  const delivered: string[] = [];
  let full = 0;
  const pacer = createPacer({
    clock,
    maxMessages: options.maxMessages ?? 1_000,
    maxCharacters: options.maxCharacters ?? 1_000_000,
    drain: { messagesPerSecond: 100, mutationsPerSecond: 1_000 },
    deliver: (text) => delivered.push(text),
    onFull: () => {
      full += 1;
    },
  });
  const take = (count: number, from = 0) => {
    for (let sent = from; sent < from + count; sent++) pacer.take(String(sent));
  };
  return { clock, pacer, delivered, take, full: () => full };
}

const pace = (messagesPerSecond: number, mutationsPerSecond = 1_000): DeliveryPace => ({
  messagesPerSecond,
  mutationsPerSecond,
});

describe("the pace of what a view says", () => {
  it("is none at first: everything goes through at once", () => {
    const { take, delivered, pacer } = open();
    take(500);
    expect(delivered).toHaveLength(500);
    expect(pacer.waiting).toBe(0);
  });

  it("lets through what a second allows, in order, after a quarter of a second's burst", () => {
    const { clock, pacer, take, delivered } = open();
    pacer.setPace(pace(20));
    take(30);
    expect(delivered).toHaveLength(5);
    clock.advance(500);
    expect(delivered).toHaveLength(15);
    clock.advance(500);
    expect(delivered).toHaveLength(25);
    clock.advance(10_000);
    expect(delivered).toEqual(Array.from({ length: 30 }, (_, index) => String(index)));
  });

  it("is not quickened by being set again, as often as it may be", () => {
    const { clock, pacer, take, delivered } = open();
    pacer.setPace(pace(20));
    take(200);
    for (let times = 0; times < 40; times++) {
      pacer.setPace(pace(20 + (times % 2) / 1_000));
      clock.advance(50);
    }
    expect(delivered.length).toBeGreaterThanOrEqual(44);
    expect(delivered.length).toBeLessThanOrEqual(46);
  });

  it("holds everything at zero, and gives it back in order when it is lifted", () => {
    const { clock, pacer, take, delivered } = open();
    pacer.setPace(pace(0));
    take(40);
    clock.advance(3_600_000);
    expect(delivered).toEqual([]);
    pacer.setPace(undefined);
    // What waited is drained first, and what comes meanwhile stays behind it.
    take(5, 40);
    clock.advance(5_000);
    expect(delivered).toEqual(Array.from({ length: 45 }, (_, index) => String(index)));
    take(1, 45);
    expect(delivered).toHaveLength(46);
  });

  it("makes a message wait for the mutations of the one before, but not for ever", () => {
    const { clock, pacer, take, delivered } = open();
    pacer.setPace(pace(100, 100));
    take(1);
    pacer.charge(224);
    take(1, 1);
    clock.advance(1_900);
    expect(delivered).toHaveLength(1);
    clock.advance(200);
    expect(delivered).toHaveLength(2);
    pacer.charge(1_000_000);
    take(1, 2);
    clock.advance(4_900);
    expect(delivered).toHaveLength(2);
    clock.advance(200);
    expect(delivered).toHaveLength(3);
  });

  it("has a queue for so many messages and no more", () => {
    const { pacer, take, full } = open({ maxMessages: 10 });
    pacer.setPace(pace(0));
    take(10);
    expect(full()).toBe(0);
    take(1);
    expect(full()).toBe(1);
    expect(pacer.waiting).toBe(10);
  });

  it("has a queue for so many characters and no more", () => {
    const { pacer, full } = open({ maxCharacters: 10 });
    pacer.setPace(pace(0));
    pacer.take("0123456");
    pacer.take("789");
    expect(full()).toBe(0);
    pacer.take("x");
    expect(full()).toBe(1);
  });

  it("forgets what waits once it is closed", () => {
    const { clock, pacer, take, delivered } = open();
    pacer.setPace(pace(4));
    take(9);
    pacer.close();
    clock.advance(60_000);
    expect(delivered).toHaveLength(1);
  });
});
