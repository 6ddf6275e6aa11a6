/** Isolates that share a cell: what one may cost the others, and who is blamed for what. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectLater, getText, openRig, type Rig, requestOf, specOf } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

const quiet = `let n = 0; export default { fetch: () => new Response(String(++n)) }`;
const codeOf = (pending: Promise<unknown>) =>
  pending.then(
    () => "answered",
    (error: { code: string }) => error.code,
  );
const cellIdOf = async (spec: ReturnType<typeof specOf>) => (await rig.pool.load(spec)).cellId;

describe("who ended a shared cell", () => {
  it("is not said before it is known: an innocent that was being asked is not held back", async () => {
    const shared = { placement: "framed", limits: { memoryMb: 32 } };
    const framer = specOf(
      `export default { fetch(request, env, ctx) {
        ctx.waitUntil((async () => {
          await env.BERTH.call(null, "a", "b", 1);
          const kept = []; for (;;) { kept.push(new Uint8Array(2e7).fill(1)); await env.BERTH.call(null, "a", "b", 1); }
        })());
        return new Response("innocent"); } }`,
      { key: "framer", ...shared },
    );
    const victim = specOf(
      `export default { async fetch() { console.log("asked"); await new Promise((r) => setTimeout(r, 20_000)); return new Response("late"); } }`,
      { key: "victim", ...shared },
    );
    const rested = specOf(quiet, { key: "rested", ...shared });
    expect(await cellIdOf(framer)).toBe(await cellIdOf(victim));
    const waiting = codeOf(getText(rig.pool, victim, requestOf("/", { method: "POST" })));
    await rig.log("asked");
    expect(await getText(rig.pool, framer)).toBe("innocent");
    expect(["CELL_LOST", "SANDBOX_MEMORY_EXCEEDED"]).toContain(await waiting);
    await rig.event("cell-lost");
    // From now on each has a cell of its own; one that was not there shares as before.
    const cells = await Promise.all([framer, victim, rested].map(cellIdOf));
    expect(new Set(cells).size).toBe(3);
    for (let time = 0; time < 3; time += 1) {
      const lost = rig.events.filter(({ type }) => type === "cell-lost").length;
      await codeOf(getText(rig.pool, framer));
      await rig.until(() => rig.events.filter(({ type }) => type === "cell-lost").length > lost);
    }
    expect(rig.pool.quarantined().map(({ isolateKey }) => isolateKey)).toEqual(["framer"]);
    expect(await cellIdOf(victim)).toBe(cells[1]);
  }, 30_000);

  it("is told by its start: one that never comes up costs its neighbours a cell once", async () => {
    const shared = { placement: "starting", limits: { startMs: 300 } };
    const neighbour = specOf(quiet, { key: "neighbour", ...shared });
    const stuck = specOf(`for (;;) {} export default {}`, { key: "stuck", ...shared });
    const before = await cellIdOf(neighbour);
    expect(await codeOf(rig.pool.load(stuck))).toBe("SANDBOX_START_EXCEEDED");
    const after = await cellIdOf(neighbour);
    expect(after).not.toBe(before);
    expect(await codeOf(rig.pool.load(stuck))).toBe("SANDBOX_START_EXCEEDED");
    expect(await cellIdOf(neighbour)).toBe(after);
    expect(await getText(rig.pool, neighbour)).toBe("1");
  });
});

describe("a shared cell", () => {
  it("takes no more isolates than it may, those that left or never loaded among them", async () => {
    const shared = { placement: "few", limits: { maxIsolatesPerCell: 3 } };
    const of = (key: string, main = quiet) => specOf(main, { key, ...shared });
    const [first, second] = await Promise.all([cellIdOf(of("few-1")), cellIdOf(of("few-2"))]);
    expect(second).toBe(first);
    expect(await codeOf(rig.pool.load(of("few-bad", "throw new Error('no')")))).toBe(
      "MODULE_INVALID",
    );
    expect(await cellIdOf(of("few-3"))).not.toBe(first);
    // What failed once in a shared cell tries again in its own.
    expect(await codeOf(rig.pool.load(of("few-bad", "throw new Error('no')")))).toBe(
      "MODULE_INVALID",
    );
    expect(await getText(rig.pool, of("few-1"))).toBe("1");
  });

  it("has its processor time attributed to who was asked, and none to who was not", async () => {
    const burn = `export default { fetch() { const end = Date.now(); let x = 0;
      for (let n = 0; n < 6e7; n += 1) x = (x * 31 + n) | 0; return new Response(String(x)); } }`;
    const shared = { placement: "burning" };
    const busy = specOf(burn, { key: "burns", ...shared });
    const calm = specOf(quiet, { key: "calm", ...shared });
    expect(await cellIdOf(busy)).toBe(await cellIdOf(calm));
    await getText(rig.pool, calm);
    const before = rig.pool.usage("calm")?.cpuMs ?? 0;
    await getText(rig.pool, busy);
    const [used, calmly] = [rig.pool.usage("burns"), rig.pool.usage("calm")];
    expect(used).toMatchObject({ isShared: true, cells: 1 });
    expect(used?.cpuMs).toBeGreaterThan(10);
    expect((calmly?.cpuMs ?? 0) - before).toBeLessThan((used?.cpuMs ?? 0) / 4);
    const cell = rig.pool.list().find(({ isolateKeys }) => isolateKeys.includes("burns"));
    expect((used?.cpuMs ?? 0) + (calmly?.cpuMs ?? 0)).toBeLessThanOrEqual((cell?.cpuMs ?? 0) + 1);
  });

  it("is left by an isolate that is busy, which goes on in a cell of its own", async () => {
    const shared = { placement: "crowded", limits: { cpuPercent: 50 } };
    const busy = specOf(
      `export default { async fetch(request) { await new Promise((r) => setTimeout(r, 1_500)); return new Response("done"); } }`,
      { key: "crowd", ...shared },
    );
    const calm = specOf(quiet, { key: "aside", ...shared });
    expect(await cellIdOf(busy)).toBe(await cellIdOf(calm));
    const before = await cellIdOf(calm);
    const cellsOf = (key: string) =>
      rig.pool.list().filter(({ isolateKeys }) => isolateKeys.includes(key));
    let isOver = false;
    const asking = Array.from({ length: 20 }, async () => {
      while (!isOver) expect(await getText(rig.pool, busy)).toBe("done");
    });
    while (cellsOf("crowd").some(({ id }) => id === before)) await getText(rig.pool, calm);
    isOver = true;
    await Promise.all(asking);
    expect(cellsOf("crowd")).toMatchObject([{ isolateKeys: ["crowd"] }]);
    expect(await cellIdOf(calm)).toBe(before);
  }, 30_000);
});

it("waits for whoever is asked again after its cell was taken for another", async () => {
  await using small = await openRig({ warmCells: 0, maxCells: 2 });
  const specs = Array.from({ length: 6 }, (_, index) => specOf(quiet, { key: `many-${index}` }));
  const rounds = [0, 1, 2].flatMap(() =>
    specs.map((spec) => codeOf(getText(small.pool, spec, requestOf("/", { method: "POST" })))),
  );
  for (const round of rounds) expectLater(round);
  expect(new Set(await Promise.all(rounds))).toEqual(new Set(["answered"]));
});
