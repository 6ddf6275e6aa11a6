import { type BerthError, defaultViewLimits, type ViewLimits } from "@berth/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import { createPortGuard } from "../../src/sandbox/port-guard.ts";
import { createManualClock } from "../manual-clock.ts";

const call = '["push",["pipeline",0,["log"],[{"level":"info","message":"x"}]]]';

function openGuard(limits: Partial<ViewLimits> = {}) {
  const { port1, port2 } = new MessageChannel();
  const ended = Promise.withResolvers<BerthError>();
  const clock = createManualClock();
  let messages = 0;
  const guard = createPortGuard({
    port: port1,
    limits: { ...defaultViewLimits, ...limits },
    clock,
    onMessage: () => {
      messages += 1;
    },
    onViolation: ended.resolve,
    onClosed: () => {},
  });
  onTestFinished(() => {
    guard.close();
    port2.close();
  });
  return { guard, view: port2, ended: ended.promise, clock, count: () => messages };
}

describe("the port guard", () => {
  it("hands over what is allowed, in order", async () => {
    const { guard, view } = openGuard();
    view.postMessage('["pull",1]');
    view.postMessage('["pull",2]');
    expect(await guard.receive()).toEqual(["pull", 1]);
    expect(await guard.receive()).toEqual(["pull", 2]);
  });

  it("ends a view that sends more messages than a second allows", async () => {
    const { view, ended, count } = openGuard({ maxMessagesPerSecond: 10 });
    for (let sent = 0; sent < 11; sent++) view.postMessage('["pull",1]');
    expect(await ended).toMatchObject({ code: "VIEW_LIMIT_EXCEEDED" });
    expect(count()).toBe(10);
  });

  it("takes a message of the largest size and refuses one byte more", async () => {
    const empty = '["push",["pipeline",0,["saveViewState"],[""]]]'.length;
    const sized = (bytes: number) =>
      `["push",["pipeline",0,["saveViewState"],["${"é".repeat((bytes - empty) / 2)}"]]]`;
    const max = empty + 1000;
    const below = openGuard({ maxMessageBytes: max });
    below.view.postMessage(sized(max));
    await below.guard.receive();
    const above = openGuard({ maxMessageBytes: max - 1 });
    above.view.postMessage(sized(max));
    expect(await above.ended).toMatchObject({ code: "VIEW_LIMIT_EXCEEDED" });
  });

  it("ends a view that never releases what it was answered", async () => {
    const { view, ended } = openGuard({ maxLiveStubs: 5 });
    for (let sent = 0; sent < 6; sent++) view.postMessage(call);
    expect((await ended).message).toContain("unreleased");
  });

  it("refuses what is not text", async () => {
    const { view, ended } = openGuard();
    view.postMessage({ berth: "boot" });
    expect(await ended).toMatchObject({ code: "VIEW_MESSAGE_REFUSED" });
  });

  it("reads nothing more after the first violation", async () => {
    const { view, ended, count } = openGuard();
    view.postMessage("garbage");
    for (let sent = 0; sent < 50; sent++) view.postMessage('["pull",1]');
    await ended;
    await new Promise((resolve) => setImmediate(resolve));
    expect(count()).toBe(0);
  });

  it("keeps what a slowed view says, in order, and counts it when it comes", async () => {
    const { guard, view, clock, count } = openGuard();
    guard.setPace({ messagesPerSecond: 4, mutationsPerSecond: 100 });
    const sent = Array.from({ length: 9 }, (_, id) => ["pull", id]);
    const taken = new Promise<void>((resolve) => {
      const look = () => (count() === 9 ? resolve() : setImmediate(look));
      look();
    });
    for (const message of sent) view.postMessage(JSON.stringify(message));
    await taken;
    const received: unknown[] = [];
    const read = (async () => {
      while (received.length < 9) received.push(await guard.receive());
    })();
    await new Promise((resolve) => setImmediate(resolve));
    expect(received).toHaveLength(1);
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(received).toHaveLength(5);
    clock.advance(1_000);
    await read;
    expect(received).toEqual(sent);
  });

  it("ends a slowed view that sends more than may wait, and not one that sends just as much", async () => {
    const { guard, view, ended, count } = openGuard({ maxQueuedMessages: 5 });
    guard.setPace({ messagesPerSecond: 0, mutationsPerSecond: 0 });
    for (let sent = 0; sent < 6; sent++) view.postMessage('["pull",1]');
    expect(await ended).toMatchObject({
      code: "VIEW_LIMIT_EXCEEDED",
      details: { limit: "maxQueuedMessages", allowed: 5 },
    });
    expect(count()).toBe(5);
  });

  it("reads a message that had to wait as strictly as any other", async () => {
    const { guard, view, ended, clock, count } = openGuard();
    guard.setPace({ messagesPerSecond: 0, mutationsPerSecond: 0 });
    view.postMessage('["push",["pipeline",0,["constructor"],[[]]]]');
    await new Promise<void>((resolve) => {
      const look = () => (count() === 1 ? resolve() : setImmediate(look));
      look();
    });
    guard.setPace(undefined);
    clock.advance(1_000);
    expect(await ended).toMatchObject({ code: "VIEW_MESSAGE_REFUSED" });
  });
});
