/** Who runs when: bounds, fair turns, more cells for who is busy, another engine under load. */
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findEngine } from "../src/workerd/engine.ts";
import { expectLater, getText, openRig, type Rig, requestOf, specOf } from "./rig.ts";

/** Calls to it are answered when the test says so. */
let door = Promise.withResolvers<void>();
let entered = 0;
let onEntered: () => void = () => undefined;
let rig: Rig;
beforeAll(async () => {
  rig = await openRig({
    async onCall({ capability }) {
      if (capability !== "door") return null;
      entered += 1;
      onEntered();
      await door.promise;
      return null;
    },
  });
});
beforeEach(() => {
  door = Promise.withResolvers();
  entered = 0;
});
/** Resolves when so many stand at the door. */
const atDoor = (count: number) =>
  new Promise<void>((resolve) => {
    onEntered = () => (entered >= count ? resolve() : undefined);
    onEntered();
  });
afterAll(() => rig[Symbol.asyncDispose]());

/** Answers once `/open` was asked. */
const gate = `
  const waiting = [];
  export default { async fetch(request) {
    if (new URL(request.url).pathname === "/open") {
      for (const wake of waiting.splice(0)) wake();
      return new Response("opened");
    }
    console.log("waits");
    await new Promise((resolve) => waiting.push(resolve));
    return new Response("passed");
  } };`;

const codeOf = (pending: Promise<string>) => pending.catch((error: { code: string }) => error.code);

describe("requests of one isolate", () => {
  it("run at once up to its limit, wait up to the next, and are refused above", async () => {
    const spec = specOf(
      `export default { async fetch(request, env) {
      globalThis.now = (globalThis.now ?? 0) + 1;
      globalThis.most = Math.max(globalThis.most ?? 0, globalThis.now);
      await env.BERTH.call(null, "door", "pass", null);
      globalThis.now -= 1;
      return new Response(String(globalThis.most));
    } }`,
      { key: "bounded", limits: { maxConcurrentRequests: 3, maxQueuedRequests: 2 } },
    );
    await rig.pool.load(spec);
    const asked = Array.from({ length: 6 }, () => codeOf(getText(rig.pool, spec)));
    await atDoor(3);
    expect(await asked[5]).toBe("RATE_LIMITED");
    door.resolve();
    expect(await Promise.all(asked.slice(0, 5))).toEqual(["3", "3", "3", "3", "3"]);
    expect(await getText(rig.pool, spec)).toBe("3");
  });

  it("give their place back when the caller goes away, in the app and in the queue", async () => {
    const spec = specOf(gate, {
      key: "gone",
      limits: { maxConcurrentRequests: 1, maxQueuedRequests: 2 },
    });
    await rig.pool.load(spec);
    const callers = [new AbortController(), new AbortController()];
    const gone = callers.map(({ signal }) =>
      codeOf(getText(rig.pool, spec, requestOf("/", { signal }))),
    );
    const stays = getText(rig.pool, spec, requestOf("/open"));
    expectLater(stays);
    await rig.log("waits");
    for (const caller of callers) caller.abort();
    expect(await Promise.all(gone)).toEqual(["REQUEST_TIMEOUT", "REQUEST_TIMEOUT"]);
    expect(await stays).toBe("opened");
  });
});

describe("a busy isolate", () => {
  it("gets more cells, as many as its share can fill, and gives them back", async () => {
    const spec = specOf(
      `export default { async fetch(request, env) {
        if (new URL(request.url).search === "?slow") await env.BERTH.call(null, "door", "pass", null);
        return new Response("done");
      } };`,
      { key: "busy", limits: { cpuPercent: 100 } },
    );
    await rig.pool.load(spec);
    const slow = Array.from({ length: 40 }, () => getText(rig.pool, spec, requestOf("/?slow")));
    await expect.poll(() => rig.pool.usage("busy")?.cells).toBe(2);
    door.resolve();
    expect(await Promise.all(slow)).toEqual(Array(40).fill("done"));
    const { cpuMs = 0, cells } = rig.pool.usage("busy") ?? {};
    expect(cells).toBe(2);
    await rig.until(() =>
      rig.events.some(
        (event) => event.type === "cell-stopped" && event.isolateKeys.includes("busy"),
      ),
    );
    expect(rig.pool.usage("busy")?.cells).toBe(1);
    expect(rig.pool.usage("busy")?.cpuMs).toBeGreaterThanOrEqual(cpuMs);
    expect(await getText(rig.pool, spec, requestOf("/"))).toBe("done");
  });
});

describe("neighbours in one cell", () => {
  it("lose nothing by each other that can be asked for again", async () => {
    const together = { placement: "together", limits: { memoryMb: 32 } };
    const victim = specOf(
      `let asked = 0;
      export default { async fetch(request) {
        console.log("asked " + request.method);
        asked += 1;
        await new Promise((resolve) => setTimeout(resolve, 60_000));
        return new Response("late");
      } };`,
      { key: "victim", ...together },
    );
    const hog = specOf(
      `export default { fetch() { const kept = []; for (;;) kept.push(new Uint8Array(20e6).fill(1)); } };`,
      { key: "hog", ...together },
    );
    expect((await rig.pool.load(victim)).cellId).toBe((await rig.pool.load(hog)).cellId);
    const caller = new AbortController();
    const got = codeOf(getText(rig.pool, victim, requestOf("/", { signal: caller.signal })));
    const posted = codeOf(getText(rig.pool, victim, requestOf("/", { method: "POST" })));
    await rig.log("asked POST");
    await rig.log("asked GET");
    expect(await codeOf(getText(rig.pool, hog))).toBe("SANDBOX_MEMORY_EXCEEDED");
    expect(await posted).toBe("CELL_LOST");
    // Nobody notices but the app, which is asked again in another cell.
    const asked = () => rig.logs.filter(({ message }) => message === "asked GET").length;
    await rig.until(() => asked() === 2);
    caller.abort();
    expect(await got).toBe("REQUEST_TIMEOUT");
  });
});

describe("another engine", () => {
  it("takes over under load without a failed request", async () => {
    const other = join(rig.folder, "other-engine");
    copyFileSync(findEngine().binary, other);
    const spec = specOf(
      `export default { async fetch() {
      await new Promise((resolve) => setTimeout(resolve, 30)); return new Response("ok"); } }`,
      {
        key: "replaced",
      },
    );
    const before = (await rig.pool.load(spec)).cellId;
    let isOver = false;
    const answers: string[] = [];
    const load = Array.from({ length: 8 }, async () => {
      while (!isOver)
        answers.push(await codeOf(getText(rig.pool, spec, requestOf("/", { method: "POST" }))));
    });
    await rig.pool.replaceEngine(other);
    const after = await rig.pool.load(spec);
    const counted = answers.length;
    while (answers.length < counted + 8) await getText(rig.pool, spec);
    isOver = true;
    await Promise.all(load);
    expect(after.cellId).not.toBe(before);
    expect(rig.pool.list().map(({ id }) => id)).not.toContain(before);
    expect(new Set(answers)).toEqual(new Set(["ok"]));
    rmSync(other);
  });

  it("that does not start changes nothing", async () => {
    await expect(rig.pool.replaceEngine("/bin/true")).rejects.toMatchObject({
      code: "CELL_START_FAILED",
    });
    expect(await getText(rig.pool, specOf(gate, { key: "still" }), requestOf("/open"))).toBe(
      "opened",
    );
    await rig.pool.replaceEngine();
    expect(await getText(rig.pool, specOf(gate, { key: "still" }), requestOf("/open"))).toBe(
      "opened",
    );
  });
});
