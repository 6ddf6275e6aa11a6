/** The metered engine by itself: what crosses, and where its limits lie. */
import { describe, expect, it } from "vitest";
import {
  type Engine,
  type EngineEnd,
  type EngineOptions,
  openEngine,
} from "../../src/metered/engine.ts";

const mb = 1_048_576;

interface Opened {
  readonly engine: Engine;
  /** What left, parsed, in order. */
  readonly said: { kind: string; id: number; value: unknown }[];
  /** Evaluates the module and starts it. */
  start(code: string): EngineEnd | undefined;
}

async function open(options: Partial<EngineOptions> = {}): Promise<Opened> {
  const said: Opened["said"] = [];
  const engine = await openEngine({
    maxHeapBytes: 16 * mb,
    turnInstructions: 5_000_000,
    totalInstructions: Number.MAX_SAFE_INTEGER,
    maxMessageBytes: 300_000,
    onMessage: (text) => said.push(JSON.parse(text)),
    ...options,
  });
  return {
    ...{ engine, said },
    start: (code) =>
      engine.evaluate(code) ?? deliver(engine, "evaluated") ?? deliver(engine, "start", 1, {}),
  };
}

const deliver = (engine: Engine, kind: string, id = 0, value: unknown = null) =>
  engine.deliver(JSON.stringify({ kind, id, value }));
/** A module whose `start` is this body. */
const starting = (body: string) => `defineLogic({ async start(app) { ${body} } });`;

describe("the engine's instruction limits", () => {
  it("let pass what is just below and at the limit of a turn, and end what is above", async () => {
    const code = starting("let sum = 0; for (let i = 0; i < 250_000; i++) sum += i;");
    const free = await open();
    expect(free.start(code)).toBeUndefined();
    const { longestTurn } = free.engine.meters();
    expect(longestTurn).toBeGreaterThanOrEqual(240_000);
    for (const [turnInstructions, isWithin] of [
      [longestTurn + 10_000, true],
      [longestTurn, true],
      [longestTurn - 1, false],
    ] as const) {
      const end = (await open({ turnInstructions })).start(code);
      if (isWithin) expect(end).toBeUndefined();
      else
        expect(end).toEqual({
          ...{ kind: "limit", limit: "turnInstructions" },
          ...{ value: longestTurn, allowed: turnInstructions },
        });
    }
  });

  it("count all turns together where a total is given, and run nothing after it", async () => {
    const code =
      "let n = 0; defineLogic({ message() { for (let i = 0; i < 30_000; i++); return ++n; } });";
    const { engine, said, start } = await open({ totalInstructions: 100_000 });
    expect(start(code)).toBeUndefined();
    let end: EngineEnd | undefined;
    let turns = 0;
    while (end === undefined) {
      turns += 1;
      end = deliver(engine, "message", turns + 1);
    }
    expect(end).toMatchObject({ kind: "limit", limit: "totalInstructions", value: 110_000 });
    const answers = said.length;
    expect(answers).toBe(turns);
    expect(deliver(engine, "message", 99)).toBe(end);
    expect(said).toHaveLength(answers);
  });

  it.each([
    ["a loop", "for (;;);"],
    [
      "a loop past its own catch and finally",
      "for (;;) { try { for (;;); } catch { 0; } finally { for (;;); } }",
    ],
    [
      "an async loop that catches",
      "async function f() { try { for (;;); } catch { 0; } await f(); } await f();",
    ],
    ["promises without end", "function f() { Promise.resolve().then(f); } f();"],
    ["awaiting without end", "for (;;) await null;"],
    ["a getter of what it sends", "app.call('x', 'y', { get a() { for (;;); } });"],
    ["a proxy that it sends", "app.call('x', 'y', new Proxy({}, { ownKeys() { for (;;); } }));"],
    ["a toJSON", "app.saveState({ toJSON() { for (;;); } });"],
    [
      "an error's name",
      "Object.defineProperty(Error.prototype, 'name', { get() { for (;;); } }); throw new Error();",
    ],
    ["its own sort", "[3, 2, 1].sort(() => { for (;;); });"],
  ])("end %s", async (_name, body) => {
    const { start } = await open({ turnInstructions: 100_000 });
    expect(start(starting(body))).toMatchObject({ kind: "limit", limit: "turnInstructions" });
  });
});

describe("the engine's heap limit", () => {
  it("lets pass what just fits, and ends what is a kilobyte more", async () => {
    const hold = async (bytes: number) => {
      const { engine, said, start } = await open({ maxHeapBytes: 4 * mb });
      const end = start(starting(`globalThis.kept = new ArrayBuffer(${bytes});`));
      return { end, last: said.at(-1), taken: engine.meters().heapBytes };
    };
    let [within, beyond] = [3 * mb, 4 * mb];
    while (beyond - within > 1_024) {
      const middle = (within + beyond) >> 1;
      if ((await hold(middle)).end === undefined) within = middle;
      else beyond = middle;
    }
    // All but what the module itself and the host's work around a turn need.
    expect(within).toBeGreaterThan(4 * mb - 131_072);
    const fitting = await hold(within);
    expect(fitting).toMatchObject({ end: undefined, last: { kind: "done", id: 1 } });
    expect(fitting.taken).toBeGreaterThan(within);
    expect((await hold(within + 1_024)).end).toEqual({
      ...{ kind: "limit", limit: "memory", value: 4 * mb, allowed: 4 * mb },
    });
  });

  it.each([
    ["an array", "const a = globalThis.a = []; for (;;) a.push(new Array(100).fill(1));"],
    [
      "a text that doubles",
      "let s = globalThis.s = 'x'; for (;;) globalThis.s = s += s + Math.random();",
    ],
    ["buffers", "globalThis.a = []; for (;;) a.push(new ArrayBuffer(65536));"],
    ["closures and promises", "globalThis.a = []; for (;;) a.push(new Promise(() => {}));"],
  ])("holds %s", async (_name, body) => {
    const { engine, said, start } = await open({ maxHeapBytes: 3 * mb, turnInstructions: 1e9 });
    const end = start(starting(body));
    const told = said.at(-1)?.value as { message?: string } | undefined;
    expect(end?.kind === "limit" ? end.limit : told?.message).toMatch(/memory|too long/);
    const { heapBytes } = engine.meters();
    expect(heapBytes).toBeLessThanOrEqual(3 * mb);
  });

  it("goes on for an app that catches it, within the same limit", async () => {
    const body =
      "let n = 0; for (let i = 0; i < 10; i++) { try { const a = []; for (;;) a.push(new ArrayBuffer(100_000)); } catch { n++; } } app.log.info(String(n));";
    const { engine, said, start } = await open({ maxHeapBytes: 6 * mb });
    expect(start(starting(body))).toBeUndefined();
    expect(said).toContainEqual(
      expect.objectContaining({ value: { level: "info", message: "10" } }),
    );
    expect(engine.meters().heapBytes).toBeLessThan(mb);
  });
});

describe("what crosses the engine's wall", () => {
  it("is text alone, at most so long, and at most so much in one turn", async () => {
    const { said, start } = await open({ maxHeapBytes: 64 * mb, turnInstructions: 1e9 });
    const body = [
      "const long = 'x'.repeat(2_000_000);",
      "let refused = ''; app.call('a', 'b', long).catch((e) => { refused = e.message; });",
      "await null; await null; app.log.info(refused);",
      "let sent = 1; try { for (;;) { app.log.info('y'); sent++; } } catch (e) { globalThis.last = e.message + sent; }",
    ].join("\n");
    start(starting(body));
    expect(said[0]?.value).toEqual({
      level: "info",
      message: expect.stringMatching(/^A message of 20000\d\d characters is too long/),
    });
    expect(said).toHaveLength(1_000);
  });

  it("is as long as is allowed in bytes, and not a byte more", async () => {
    const frame = '{"kind":"saveViewState","id":1,"value":""}'.length;
    const kinds = async (bytes: number) => {
      const { said, start } = await open({ maxMessageBytes: 1_000 });
      start(starting(`app.saveState("ü".repeat(${(bytes - frame) / 2})).catch(() => 'refused');`));
      return said.map(({ kind }) => kind);
    };
    expect(await kinds(1_000)).toContain("saveViewState");
    expect(await kinds(1_002)).not.toContain("saveViewState");
  });

  it("comes back by the app's own doing only, whatever it did to its globals", async () => {
    const { engine, said, start } = await open();
    const pollute = [
      "for (const proto of [Object.prototype, Array.prototype, Function.prototype, Promise.prototype])",
      "  for (const name of ['kind', 'id', 'value', 'then', 'get', 'set', 'call', 'apply', 'toJSON'])",
      "    try { proto[name] = function () { return 'polluted'; }; } catch { 0; }",
      "JSON.stringify = JSON.parse = () => 'polluted'; Map.prototype.get = () => 'polluted';",
      "globalThis.Promise = globalThis.Map = globalThis.Object = undefined;",
    ].join("\n");
    const code = `${pollute}\ndefineLogic({ message: (data) => data });`;
    expect(start(code)).toBeUndefined();
    const data = JSON.parse('{"__proto__":{"isPolluted":true},"constructor":{"prototype":1}}');
    deliver(engine, "message", 7, data);
    expect(({} as { isPolluted?: unknown }).isPolluted).toBeUndefined();
    expect(Object.prototype).not.toHaveProperty("kind");
    // What it says now is its own loss.
    expect(said.length).toBeGreaterThan(0);
  });

  it("never runs the app while something leaves: an answer that comes at once waits its turn", async () => {
    const order: string[] = [];
    let engine: Engine | undefined;
    const opened = await open({
      onMessage(text) {
        const { kind, id, value } = JSON.parse(text);
        order.push(kind === "log" ? value.message : kind);
        if (kind === "call" && engine !== undefined) deliver(engine, "answer", id, "now");
      },
    });
    engine = opened.engine;
    opened.start(
      starting(
        "const asked = app.call('a', 'b').then((v) => app.log.info('answered ' + v)); app.log.info('after'); await asked;",
      ),
    );
    expect(order).toEqual(["call", "answered now", "done", "after"]);
  });

  it("has nothing of a worker's globals, and none that the manifest blocks", async () => {
    const { said, start } = await open({ blockedAPIs: ["eval", "Function", "Math.random"] });
    const names =
      "fetch XMLHttpRequest WebSocket Worker importScripts self postMessage WebAssembly indexedDB navigator process require std os eval Function";
    start(
      starting(
        `const found = ${JSON.stringify(names.split(" "))}.filter((n) => globalThis[n] !== undefined); if (Math.random) found.push("random"); let made = 'none'; try { made = (() => {}).constructor('return 1')(); } catch (e) { made = e.name; } app.log.info(JSON.stringify([found, made]));`,
      ),
    );
    expect(said[0]?.value).toEqual({ level: "info", message: '[[],"EvalError"]' });
  });

  it.each([
    ["runs into itself", "function f() { f(); } f();"],
    ["parses what is too deep", "JSON.parse('['.repeat(20_000));"],
    [
      "reads a tower of proxies",
      "let p = {}; for (let i = 0; i < 1e4; i++) p = new Proxy(p, {}); p.x;",
    ],
    ["has a getter of itself", "const o = { get a() { return this.a; } }; o.a;"],
    ["replaces by itself", "const r = () => 'a'.replace(/a/, r); r();"],
  ])("throws in an app that %s, and the engine goes on", async (_name, body) => {
    const { engine, said, start } = await open({ maxHeapBytes: 64 * mb });
    const caught = `try { ${body} } catch (e) { app.log.info(e.name); }`;
    expect(start(`${starting(caught).slice(0, -3)}, message: () => "here" });`)).toBeUndefined();
    deliver(engine, "message", 2);
    expect(said.at(-1)).toEqual({ kind: "done", id: 2, value: "here" });
    expect(said[0]?.value).toMatchObject({ message: expect.stringMatching(/Error$/) });
  });

  it.each([
    ["code", "eval('('.repeat(100_000));"],
    ["values", "let a = []; for (let i = 0; i < 1e4; i++) a = [a]; JSON.stringify(a);"],
  ])("bears %s too deep for the host's own stack", async (_what, code) => {
    const { engine, start } = await open();
    const end = start(code);
    // Whichever stack is full first: where it is the host's, the app has ended.
    expect(end).toMatchObject({ kind: "threw", message: expect.stringMatching(/stack/) });
    expect(deliver(engine, "message", 2)).toBe(end);
    expect((await open()).start(starting(""))).toBeUndefined();
  });

  it("tells of a module that throws, or that ends without defineLogic", async () => {
    expect((await open()).start("throw new TypeError('no');")).toMatchObject({
      ...{ kind: "threw", message: "TypeError: no", stack: expect.stringContaining("app.js:1") },
    });
    expect((await open()).start("1;")).toMatchObject({
      message: expect.stringContaining("without defineLogic"),
    });
    expect((await open()).start("throw { get message() { for (;;); } };")).toMatchObject({
      ...{ kind: "limit", limit: "turnInstructions" },
    });
  });
});
