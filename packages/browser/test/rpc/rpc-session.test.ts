/** Our calls against capnweb's own, whose protocol they speak: either side may be either. */
import { BerthError, isBerthError } from "@berth/protocol";
import { RpcSession as Capnweb, RpcTarget } from "capnweb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRpcSession, type FrameTransport } from "../../src/rpc/rpc-session.ts";
import { redactError } from "../../src/sandbox/host-api.ts";
import { parseWireMessage } from "../../src/sandbox/wire-grammar.ts";

interface End extends FrameTransport {
  /** As capnweb wants it: the same frames as text. */
  readonly text: {
    send(message: string): void;
    receive(): Promise<string>;
    abort(reason: unknown): void;
  };
  readonly sent: unknown[][];
  readonly aborted: Promise<unknown>;
  put(frame: unknown): void;
}

/** Two ends of one connection; what one sends, the other receives as text would bring it. */
function connect(): { readonly host: End; readonly view: End } {
  const [host, view] = [openEnd(), openEnd()];
  host.other = view;
  view.other = host;
  return { host, view };
}

function openEnd(): End & { other: End | undefined } {
  const waiting: unknown[] = [];
  const receivers: PromiseWithResolvers<unknown>[] = [];
  const broken = Promise.withResolvers<unknown>();
  const end: End & { other: End | undefined } = {
    other: undefined,
    sent: [],
    aborted: broken.promise,
    send(frame) {
      end.sent.push(frame);
      end.other?.put(JSON.parse(JSON.stringify(frame)));
    },
    receive() {
      if (waiting.length > 0) return Promise.resolve(waiting.shift());
      const receiver = Promise.withResolvers<unknown>();
      receivers.push(receiver);
      return receiver.promise;
    },
    abort: broken.resolve,
    put(frame) {
      const receiver = receivers.shift();
      if (receiver) receiver.resolve(frame);
      else waiting.push(frame);
    },
    text: {
      send: (message) => end.send(JSON.parse(message)),
      receive: async () => JSON.stringify(await end.receive()),
      abort: broken.resolve,
    },
  };
  return end;
}

class Host extends RpcTarget {
  async call(argument: unknown): Promise<unknown> {
    return argument;
  }
  log(): never {
    throw Object.assign(new Error("told"), { code: "RATE_LIMITED", details: { retryAfterMs: 5 } });
  }
}
const answer = (method: string, [argument]: readonly unknown[]): unknown => {
  if (method === "call") return argument;
  throw new BerthError("RATE_LIMITED", "told", { details: { retryAfterMs: 5 } });
};

/** A view that asks a host, by method: each side once ours and once capnweb's. */
function pairs(): readonly [string, (method: "call" | "log", argument: unknown) => unknown][] {
  const ours = (transport: FrameTransport) =>
    createRpcSession({ transport, answer, redact: redactError });
  const asking = (transport: FrameTransport) => createRpcSession({ transport, answer: () => null });
  const theirs = (end: End) => new Capnweb<Host>(end.text, new Host());
  const [a, b, c] = [connect(), connect(), connect()];
  ours(a.host);
  ours(b.host);
  theirs(c.host);
  const view = { ours: asking(a.view), theirs: theirs(b.view).getRemoteMain() };
  const toTheirs = asking(c.view);
  return [
    ["ours to ours", (method, argument) => view.ours.call(method, [argument])],
    [
      "capnweb to ours",
      (method, argument) => (method === "call" ? view.theirs.call(argument) : view.theirs.log()),
    ],
    ["ours to capnweb", (method, argument) => toTheirs.call(method, [argument])],
  ];
}

const json = fc.jsonValue({ maxDepth: 4 });
/** Both drop such keys on their way in. */
function hasInheritedKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const isNamed = (key: string) => !Array.isArray(value) && (key in {} || key === "toJSON");
  return Object.entries(value).some(([key, inner]) => isNamed(key) || hasInheritedKey(inner));
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe.each(pairs())("a call, %s", (_name, ask) => {
  it("brings any JSON there and back", async () => {
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        fc.pre(!hasInheritedKey(value));
        expect(JSON.stringify(await ask("call", value))).toBe(JSON.stringify(value));
      }),
      { numRuns: 200 },
    );
    expect(await ask("call", undefined)).toBeUndefined();
    expect(await ask("call", [[], [1, [undefined]], { a: undefined }])).toEqual([
      [],
      [1, [undefined]],
      { a: undefined },
    ]);
  });

  it("fails with the other side's error and its particulars", async () => {
    const error = await Promise.resolve(ask("log", null)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      message: "told",
      code: "RATE_LIMITED",
      details: { retryAfterMs: 5 },
    });
  });
});

describe("a session of ours", () => {
  const open = () => {
    const ends = connect();
    const calls: unknown[] = [];
    const session = createRpcSession({
      transport: ends.host,
      answer: (method, args) => calls.push([method, ...args]),
      redact: redactError,
    });
    const push = (argument: unknown = 1) =>
      ends.host.put(["push", ["pipeline", 0, ["call"], [argument]]]);
    return { ...ends, session, calls, push };
  };

  it("sends only what the grammar of views allows, and releases what it was answered", async () => {
    const { host, view } = connect();
    createRpcSession({ transport: host, answer, redact: redactError });
    const session = createRpcSession({ transport: view, answer: () => null });
    await session.call("call", [{ list: [1, [2]], nothing: undefined }]);
    await expect(session.call("log", [{}])).rejects.toThrow("told");
    const kinds = view.sent.map((frame) => parseWireMessage(JSON.stringify(frame)).kind);
    expect(kinds).toEqual(["push", "pull", "release", "push", "pull", "release"]);
  });

  it.each([
    ["a function", () => {}],
    ["a date", new Date()],
    ["an instance", new Map()],
    ["a big integer", 1n],
    ["what holds itself", Object.assign([] as unknown[], { 0: null })],
  ])("refuses to send %s, before anything is sent", async (what, value) => {
    if (what === "what holds itself") (value as unknown[])[0] = value;
    const { host, session } = open();
    await expect(session.call("call", [{ value }])).rejects.toThrow(TypeError);
    expect(host.sent).toEqual([]);
  });

  it("answers a call once, however often its result is asked for", async () => {
    const { host, calls, push } = open();
    push();
    for (let pull = 0; pull < 100; pull++) host.put(["pull", 1]);
    await settled();
    await settled();
    expect(calls).toEqual([["call", 1]]);
    expect(host.sent).toEqual([["resolve", 1, 1]]);
  });

  it("tells nothing of an unforeseen error, and no stack of any", async () => {
    const { host, view } = connect();
    createRpcSession({
      transport: host,
      redact: redactError,
      answer() {
        throw Object.assign(new Error("secret"), { key: "secret", cause: new Error("secret") });
      },
    });
    const asked = createRpcSession({ transport: view, answer: () => null }).call("call", []);
    const error = await asked.catch((caught: unknown) => caught);
    expect(isBerthError(error, "INTERNAL")).toBe(true);
    expect(JSON.stringify(host.sent)).not.toMatch(/secret|\.ts/);
  });

  it.each([
    ["a pull of what was never asked", ["pull", 7]],
    ["a release of what is not held", ["release", 7, 1]],
    ["a release of the host itself", ["release", 0, 1]],
    ["a kind that there is not", ["stream", 1]],
    ["an answer that is no value", ["resolve", 1, ["date", 1]]],
  ])("ends the connection at %s", async (_what, frame) => {
    const { host, session, calls, push } = open();
    void session.call("start", []);
    host.put(frame);
    expect(await host.aborted).toBeInstanceOf(TypeError);
    push();
    await settled();
    expect(calls).toEqual([]);
    await expect(session.call("start", [])).rejects.toThrow("ended");
  });

  it("ends it at a second release", async () => {
    const { host, push } = open();
    push();
    host.put(["release", 1, 1]);
    host.put(["release", 1, 1]);
    expect(await host.aborted).toBeInstanceOf(TypeError);
  });

  it("hears an answer to a call that it never made, and goes on", async () => {
    const { host, calls, push } = open();
    host.put(["resolve", 9, "forged"]);
    push();
    await settled();
    expect(calls).toEqual([["call", 1]]);
  });

  it("drops keys that reach a prototype", async () => {
    const { calls, push, host } = open();
    host.put(
      JSON.parse(
        '["push",["pipeline",0,["call"],[{"__proto__":{"polluted":1},"constructor":1,"toJSON":2,"kept":3}]]]',
      ),
    );
    push();
    await settled();
    expect(calls).toEqual([
      ["call", { kept: 3 }],
      ["call", 1],
    ]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
