import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { BerthError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import {
  defaultSocketBounds,
  openBridge,
  type SocketBounds,
} from "../../src/runtime/web-socket/bridge.ts";
import { buildCloseFrame, createFrameTrack } from "../../src/runtime/web-socket/frame-track.ts";
import { createSocketRates, type SocketRate } from "../../src/runtime/web-socket/socket-rates.ts";

function textFrame(length: number): Buffer {
  if (length < 126) return Buffer.concat([Buffer.from([0x81, length]), Buffer.alloc(length)]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = 0x81;
  head[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeUInt32BE(length, 6);
  return Buffer.concat([head, Buffer.alloc(length)]);
}

/** Two ends of one connection. */
async function openPair(): Promise<readonly [Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const near = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [far] = (await once(server, "connection")) as [Socket];
  server.close();
  return [near, far];
}

async function openBridged(
  bounds: Partial<SocketBounds> = {},
  rate: Pick<SocketRate, "take"> = { take: () => undefined },
) {
  const [client, browser] = await openPair();
  const [socket, app] = await openPair();
  for (const side of [browser, socket, app]) side.on("error", () => undefined);
  const broken: string[] = [];
  const meter = { bytesIn: 0, bytesOut: 0 };
  const bridge = openBridge({
    client,
    cell: {
      headers: [],
      socket,
      explain: async () => new BerthError("CELL_LOST", "The cell ended."),
    },
    bounds: { ...defaultSocketBounds, ...bounds },
    meter,
    rate,
    onOverrun: (error) => broken.push(error.code),
    onBroken: (error) => broken.push(error.code),
  });
  browser.once("end", () => browser.end());
  return {
    ...{ bridge, browser, app, socket, client, broken, meter },
    /** All that the browser gets; reading begins with the call. */
    receive: () => buffer(browser),
  };
}

const endOf = (bytes: Buffer) => {
  const at = bytes.lastIndexOf(0x88);
  return [bytes.readUInt16BE(at + 2), bytes.subarray(at + 4).toString()];
};

describe("two joined sockets", () => {
  it.each([
    ["idle", { idleMs: 40 }, "Nothing was sent"],
    ["old", { maxAgeMs: 40 }, "greatest age"],
  ])("end when they are %s, with a closing frame", async (_name, bounds, reason) => {
    const { bridge, receive, broken } = await openBridged(bounds);
    const received = receive();
    await bridge.closed;
    expect(endOf(await received)).toEqual([1001, expect.stringContaining(reason)]);
    expect(broken).toEqual([]);
  });

  it("are not idle while either side sends", async () => {
    // Longer than this process ever stands still, on whatever machine.
    const bounds = { idleMs: 1_500, maxAgeMs: 2_000 };
    const { bridge, browser, app, receive } = await openBridged(bounds);
    const received = receive();
    app.on("data", () => app.write(textFrame(1)));
    const beat = setInterval(() => browser.write(textFrame(1)), 30);
    await bridge.closed;
    clearInterval(beat);
    expect(endOf(await received)).toEqual([1001, expect.stringContaining("greatest age")]);
  });

  it("end with what the cell's end means, and only once", async () => {
    const { bridge, app, receive, broken, meter } = await openBridged();
    const received = receive();
    app.end(textFrame(5));
    await bridge.closed;
    expect(endOf(await received)).toEqual([1011, "CELL_LOST"]);
    expect(broken).toEqual(["CELL_LOST"]);
    expect(meter.bytesOut).toBe(7);
  });

  it("end in order after the app's own closing frame", async () => {
    const { bridge, app, receive, broken } = await openBridged();
    const received = receive();
    app.end(buildCloseFrame(4000, "mine"));
    await bridge.closed;
    expect(await received).toEqual(buildCloseFrame(4000, "mine"));
    expect(broken).toEqual([]);
  });

  it("say nothing into the middle of a frame", async () => {
    const { bridge, app, receive, browser } = await openBridged();
    const received = receive();
    app.write(textFrame(50).subarray(0, 20));
    await once(browser, "data");
    bridge.end({ code: 1001, reason: "stop" });
    await bridge.closed;
    expect(await received).toHaveLength(20);
  });

  it("end at an app's message that is too large", async () => {
    const { bridge, app, client, browser } = await openBridged({ maxMessageBytes: 1_000 });
    browser.resume();
    app.write(textFrame(1_001));
    await bridge.closed;
    expect(client.destroyed).toBe(true);
  });

  it("end at a client's message that is too large, and tell it so", async () => {
    const { bridge, browser, receive } = await openBridged({ maxMessageBytes: 1_000 });
    const received = receive();
    browser.write(Buffer.concat([textFrame(1_000), textFrame(1_001)]));
    await bridge.closed;
    expect(endOf(await received)).toEqual([1009, "The message is too large."]);
  });

  it.each([
    ["client", "socket messages", { socketMessagesPerSecond: 20, socketBytesPerSecond: 1e6 }],
    ["app", "socket bytes", { socketMessagesPerSecond: 1e6, socketBytesPerSecond: 140 }],
  ])("end when the %s sends more than its %s, and say which limit", async (side, limit, limits) => {
    const rates = createSocketRates({ now: () => 0 });
    using rate = rates.hold("i", "m", limits);
    const { bridge, app, browser, receive, broken } = await openBridged({}, rate);
    const received = receive();
    const sender = side === "app" ? app : browser;
    // Ten of seven bytes are half of both limits, the eleventh is too much.
    sender.write(Buffer.concat(Array.from({ length: 11 }, () => textFrame(5))));
    await bridge.closed;
    expect(endOf(await received)).toEqual([
      1008,
      expect.stringContaining(`RATE_LIMITED: ${limit}`),
    ]);
    expect(broken).toEqual(["RATE_LIMITED"]);
  });

  it("end when the client is gone without a word", async () => {
    const { bridge, browser, app, broken } = await openBridged();
    browser.resetAndDestroy();
    app.resume().once("end", () => app.end());
    await bridge.closed;
    expect(broken).toEqual([]);
  });

  it("read no faster from the app than the client does, and lose nothing by it", async () => {
    const { bridge, app, client, socket, receive } = await openBridged();
    const frame = textFrame(60_000);
    for (let count = 0; count < 400; count += 1) app.write(frame);
    app.end(buildCloseFrame(1000, ""));
    await expect.poll(() => socket.isPaused()).toBe(true);
    expect(client.writableLength).toBeLessThan(1_000_000);
    expect(await receive()).toHaveLength(400 * frame.length + 4);
    await bridge.closed;
  });
});

describe("the rates of an installation's sockets", () => {
  const limits = { socketMessagesPerSecond: 100, socketBytesPerSecond: 1_000 };
  it("are half for one member, whole for all, and come back with time", () => {
    let now = 0;
    const rates = createSocketRates({ now: () => now });
    const [one, two, three] = ["a", "b", "c"].map((member) => rates.hold("i", member, limits));
    expect(one?.take(50, 0)).toBeUndefined();
    expect(one?.take(1, 0)).toMatchObject({
      ending: { code: 1008 },
      error: { code: "RATE_LIMITED", details: { limit: "socket messages", allowed: 100 } },
    });
    expect(two?.take(50, 0)).toBeUndefined();
    expect(three?.take(1, 0)).toMatchObject({ ending: { code: 1013 } });
    expect(rates.hold("other", "a", limits).take(50, 500)).toBeUndefined();
    // Closing and opening again gives nothing back.
    one?.[Symbol.dispose]();
    expect(rates.hold("i", "a", limits).take(1, 0)?.ending.code).toBe(1008);
    now += 1_000;
    expect(three?.take(1, 500)).toBeUndefined();
    expect(three?.take(1, 1)).toMatchObject({ error: { details: { limit: "socket bytes" } } });
  });
});

describe("the track of frames", () => {
  it("finds the ends of frames however they are cut", () => {
    const last = buildCloseFrame(1000, "é");
    const all = Buffer.concat([
      textFrame(0),
      textFrame(5),
      textFrame(126),
      textFrame(66_000),
      last,
    ]);
    const ends = [2, 9, 139, 66_149, all.length];
    for (const step of [1, 3, 1_000, all.length]) {
      const track = createFrameTrack(66_000);
      const between: number[] = [];
      for (let at = 0; at < all.length; at += step) {
        if (!track.take(all.subarray(at, at + step))) throw new Error(`Refused at ${at}.`);
        if (track.isBetweenFrames()) between.push(at + step);
      }
      if (step === 1) expect(between).toEqual(ends);
      expect([track.isBetweenFrames(), track.hasClosed()]).toEqual([true, true]);
    }
  });

  it.each([
    [70_000, true],
    [70_001, false],
  ])("a frame of %i bytes with a bound of 70,000", (length, isTaken) => {
    expect(createFrameTrack(70_000).take(textFrame(length).subarray(0, 10))).toBe(isTaken);
  });

  it("counts a message that comes in several frames, and none that is over", () => {
    const parts = (...firsts: number[]) =>
      Buffer.concat(firsts.map((first) => Buffer.from([first, 60, ...Buffer.alloc(60)])));
    // 0x01 begins, 0x00 goes on, 0x80 ends; 0x89 is a ping between.
    expect(createFrameTrack(180).take(parts(0x01, 0x89, 0x00, 0x80, 0x81, 0x81))).toBe(true);
    expect(createFrameTrack(180).take(parts(0x01, 0x00, 0x89, 0x00, 0x80))).toBe(false);
  });

  it("refuses a control frame that is longer than the protocol lets it be", () => {
    expect(createFrameTrack(1_000).take(Buffer.from([0x89, 126, 0, 126]))).toBe(false);
  });

  it("takes the longest length that a header can say", () => {
    const track = createFrameTrack(70_000);
    expect(track.take(Buffer.from([0x82, 127, ...Array(8).fill(255)]))).toBe(false);
    expect(track.isBetweenFrames()).toBe(false);
  });
});
