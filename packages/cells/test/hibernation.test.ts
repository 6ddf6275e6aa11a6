/** Sleep in two tiers, and who goes when memory runs short. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectLater, getText, openRig, type Rig, requestOf, specOf } from "./rig.ts";

const counter = `let n = 0; export default { async fetch(request, env) {
  await env.BERTH.call(null, "a", "b", 1);
  return new Response(String(++n)); } }`;
const busy = `export default { async fetch() { console.log("busy"); await new Promise(() => setTimeout(() => {}, 60_000)); } }`;
const post = () => requestOf("/", { method: "POST" });
const isStopped = (pid: number) =>
  readFileSync(`/proc/${pid}/status`, "utf8").includes("State:\tT");
const cellOf = ({ pool }: Rig, key: string) =>
  pool.list().find(({ isolateKeys }) => isolateKeys.includes(key));
/** The state of another process changes without telling anybody. */
async function turnsTrue(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

describe("an idle cell", () => {
  let now = 1_000_000;
  let rig: Rig;
  beforeAll(async () => {
    rig = await openRig({ warmCells: 0, clock: { now: () => now } });
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  it("first gets no processor, then no memory, and wakes from both without a failed request", async () => {
    const spec = specOf(counter, { key: "sleeper" });
    expect(await getText(rig.pool, spec, post())).toBe("1");
    const { pid = 0 } = cellOf(rig, spec.key) ?? {};
    expect(rig.pool.pauseIdle(1_000)).toBe(0);
    now += 2_000;
    expect(rig.pool.pauseIdle(1_000)).toBe(1);
    expect(rig.pool.pauseIdle(1_000)).toBe(0);
    await turnsTrue(() => isStopped(pid));
    expect(cellOf(rig, spec.key)).toMatchObject({ tier: "paused", pid });
    expect(rig.pool.counts()).toMatchObject({ paused: 1, idle: 0, busy: 0 });
    expect(rig.pool.usage(spec.key)?.memoryBytes).toBeGreaterThan(1_000_000);

    const answers = Array.from({ length: 8 }, () => getText(rig.pool, spec, post()));
    expect((await Promise.all(answers)).sort()).toEqual([..."23456789"]);
    expect(cellOf(rig, spec.key)).toMatchObject({ tier: "idle", pid });
    expect(rig.events.map(({ type }) => type)).toEqual([
      "cell-started",
      "cell-paused",
      "cell-resumed",
    ]);

    now += 2_000;
    rig.pool.pauseIdle(1_000);
    expect(await rig.pool.stopIdle(1_000)).toBe(1);
    expect(rig.pool.list()).toEqual([]);
    expect(await getText(rig.pool, spec, post())).toBe("1");
  });

  it("is not put to sleep while a request runs, however long ago it began", async () => {
    const caller = new AbortController();
    const spec = specOf(busy, { key: "long" });
    const running = getText(rig.pool, spec, requestOf("/", { signal: caller.signal }));
    expectLater(running);
    await rig.log("busy");
    now += 20_000;
    rig.pool.pauseIdle(1_000);
    await rig.pool.stopIdle(1_000);
    expect(cellOf(rig, spec.key)).toMatchObject({ tier: "busy" });
    caller.abort();
    await expect(running).rejects.toMatchObject({ code: "REQUEST_TIMEOUT" });
  });

  it("takes a further isolate and gives one back while it is paused", async () => {
    const place = { placement: "together", tenant: "one" };
    const [first, second] = ["first", "second"].map((key) => specOf(counter, { key, ...place }));
    if (first === undefined || second === undefined) throw new Error("two specs");
    expect(await getText(rig.pool, first)).toBe("1");
    expect(rig.pool.pauseIdle(0)).toBeGreaterThan(0);
    expect(await getText(rig.pool, second)).toBe("1");
    expect(cellOf(rig, "second")?.id).toBe(cellOf(rig, "first")?.id);
    rig.pool.pauseIdle(0);
    await rig.pool.release("first");
    expect(await getText(rig.pool, second)).toBe("2");
  });

  it("that is shared lets go of an isolate when others keep it busy, and takes it back", async () => {
    const place = { placement: "shared", tenant: "two" };
    const rests = specOf(counter, { key: "rests", ...place });
    const works = specOf(counter, { key: "works", ...place });
    expect(await getText(rig.pool, rests)).toBe("1");
    now += 2_000;
    expect(await getText(rig.pool, works)).toBe("1");
    await rig.pool.stopIdle(1_000);
    expect(cellOf(rig, "works")?.isolateKeys).toEqual(["works"]);
    expect(await getText(rig.pool, rests, post())).toBe("1");
    expect(await getText(rig.pool, works, post())).toBe("2");
    expect(cellOf(rig, "rests")?.id).toBe(cellOf(rig, "works")?.id);
  });
});

describe("when memory runs short", () => {
  it("an idle cell makes room for another, and a busy one does not", async () => {
    // Less than one cell: then one at a time is all there is.
    await using rig = await openRig({ warmCells: 0, memoryBudgetMb: 1, maxWaitMs: 300 });
    await getText(rig.pool, specOf(counter, { key: "idle" }));
    const caller = new AbortController();
    const running = getText(
      rig.pool,
      specOf(busy, { key: "busy" }),
      requestOf("/", { signal: caller.signal }),
    );
    expectLater(running);
    expect(await rig.event("cell-stopped")).toMatchObject({
      isolateKeys: ["idle"],
      reason: "memory",
    });
    await rig.log("busy");
    await expect(getText(rig.pool, specOf(counter, { key: "late" }))).rejects.toMatchObject({
      code: "UNAVAILABLE",
      details: { retryAfterSeconds: 1 },
      message: expect.stringContaining("1 MiB"),
    });
    caller.abort();
    expect(await getText(rig.pool, specOf(counter, { key: "late" }))).toBe("1");
  });

  it("because a busy cell grows, the longest idle ones go, and nobody who works", async () => {
    await using rig = await openRig({ warmCells: 0, memoryBudgetMb: 90 });
    const grows = specOf(
      `const kept = []; export default { async fetch() {
        for (let n = 0; n < 80; n += 1) kept.push(new Uint8Array(1e6).fill(1));
        console.log("grown"); await new Promise(() => setTimeout(() => {}, 60_000)); } }`,
      { key: "grows", limits: { memoryMb: 128 } },
    );
    await getText(rig.pool, specOf(counter, { key: "idle" }));
    const caller = new AbortController();
    const running = getText(rig.pool, grows, requestOf("/", { signal: caller.signal }));
    expectLater(running);
    await rig.log("grown");
    expect(await rig.event("cell-stopped")).toMatchObject({
      isolateKeys: ["idle"],
      reason: "memory",
    });
    expect(rig.pool.counts()).toMatchObject({ busy: 1, idle: 0, blank: 0 });
    caller.abort();
  });

  it("first requests that come together take turns in the one cell that there may be", async () => {
    await using rig = await openRig({ warmCells: 0, maxCells: 1 });
    const keys = ["a", "b", "c"];
    const answers = keys.map((key) => getText(rig.pool, specOf(counter, { key }), post()));
    expect(await Promise.all(answers)).toEqual(["1", "1", "1"]);
  });
});
