import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { BerthError, defaultViewLimits, type Grant } from "@berth/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import { type InspectionBounds, openInspection } from "../../src/inspect/index.ts";
import { AppInstance } from "../../src/runtime/app-instance.ts";
import { AppRuntimeManager } from "../../src/runtime/app-runtime-manager.ts";
import { createPortGuard } from "../../src/sandbox/port-guard.ts";
import { createManualClock } from "../manual-clock.ts";

const orders: Grant = {
  id: "orders",
  type: "api",
  resource: "/api/orders",
  actions: ["read"],
  conditions: { rate: { maxCalls: 2, windowMs: 60_000 } },
};
const read = (resource: string) => ({ type: "api", resource, action: "read" }) as const;

async function openApp() {
  const clock = createManualClock();
  const manager = new AppRuntimeManager({ clock, warmFrames: 0 });
  onTestFinished(() => manager.close());
  const load = async (instance: string) => {
    const app = await manager.load(instance, {
      manifest: { id: "a", name: "Orders", version: "1.2.0", description: "d", entryPoint: "a.js" },
      bundle: { code: "void 0;" },
      frame: { srcdoc: true },
      grants: [orders],
    });
    // What the page hands out is the instance itself, whose tap can be spoken to.
    if (!(app instanceof AppInstance)) throw new Error("not an instance");
    return app;
  };
  const app = await load("a");
  const inspect = (bounds: Partial<InspectionBounds> = {}) => {
    const inspection = openInspection({ manager, clock, bounds });
    onTestFinished(() => inspection.close());
    const look = () => {
      const seen = inspection.snapshot("a");
      if (seen === undefined) throw new Error("nothing is loaded");
      return seen;
    };
    return { inspection, look };
  };
  return { clock, manager, app, load, inspect };
}

describe("an inspection", () => {
  it("costs nothing before it is opened and after it is closed", async () => {
    const { app, inspect } = await openApp();
    expect(app.tap.observer).toBeUndefined();
    const { inspection } = inspect();
    expect(app.tap.observer).toBeDefined();
    inspection.close();
    inspection.close();
    expect(app.tap.observer).toBeUndefined();
  });

  it.each([
    [2, ["m1", "m2"]],
    [3, ["m1", "m2", "m3"]],
    [4, ["m2", "m3", "m4"]],
  ])("keeps three messages of %i, and counts them all", async (count, kept) => {
    const { app, inspect } = await openApp();
    const { look } = inspect({ messages: 3 });
    for (let sent = 1; sent <= count; sent++) app.tap.observer?.message("fromApp", `m${sent}`);
    expect(look().messages.map(({ text }) => text)).toEqual(kept);
    expect(look().totals.messages).toBe(count);
  });

  it("keeps the beginning of a long message, and its size in bytes", async () => {
    const { app, inspect } = await openApp();
    const { look } = inspect({ textCharacters: 4 });
    for (const text of ["ééé", "éééé", "ééééé"]) app.tap.observer?.message("toApp", text);
    expect(look().messages.map(({ text, bytes, isCut }) => [text, bytes, isCut])).toEqual([
      ["ééé", 6, false],
      ["éééé", 8, false],
      ["éééé", 10, true],
    ]);
  });

  it("holds on to the beginning of long messages only", async () => {
    const { app, inspect } = await openApp();
    const { look } = inspect();
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    setFlagsFromString("--no-expose-gc");
    collect();
    const before = process.memoryUsage().heapUsed;
    // Forty megabytes, of which a part that was merely cut out would keep each whole.
    for (let sent = 0; sent < 40; sent++)
      app.tap.observer?.message("fromApp", `${sent}`.padEnd(1_000_000, "y").replace("z", ""));
    collect();
    expect(look().messages).toHaveLength(40);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(15_000_000);
  });

  it("sees what passes the port guard, the message that ends the view among it", async () => {
    const { app, clock, inspect } = await openApp();
    const { look } = inspect();
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port2.close());
    const ended = Promise.withResolvers<BerthError>();
    const guard = createPortGuard({
      port: port1,
      limits: { ...defaultViewLimits, maxMessageBytes: 100 },
      clock,
      tap: app.tap,
      onMessage: () => {},
      onViolation: ended.resolve,
      onClosed: () => {},
    });
    void guard.send(["resolve", 1, null]);
    port2.postMessage('["push",["pipeline",0,["log"],[{}]]]');
    port2.postMessage('["push",["pipeline",0,["eval"],[{}]]]');
    port2.postMessage("too long".repeat(100));
    expect(await ended.promise).toMatchObject({ code: "VIEW_MESSAGE_REFUSED" });
    void guard.send(["resolve", 2, null]);
    expect(look().messages.map(({ direction, kind }) => `${direction} ${kind}`)).toEqual([
      "toApp answer",
      "fromApp log",
      "fromApp eval",
    ]);
  });

  it("knows the denials of before it was opened, with their reasons, and each only once", async () => {
    const { app, clock, inspect } = await openApp();
    app.permissions.evaluate(read("/api/secret"));
    const { look } = inspect({ denials: 3 });
    clock.advance(1_000);
    app.permissions.evaluate(read("/api/secret"));
    expect(look().denials).toMatchObject([
      { access: "api /api/secret (read)", code: "PERMISSION_DENIED", count: 2 },
    ]);
    const [{ reason, at, firstAt } = { reason: "", at: 0, firstAt: 0 }] = look().denials;
    expect(reason).toContain("has no grant for api /api/secret (read)");
    expect(at - firstAt).toBe(1_000);
    for (let use = 0; use < 3; use++) app.permissions.evaluate(read("/api/orders"));
    expect(look().denials.at(-1)?.reason).toContain("its condition rate refuses");
    for (const path of ["/1", "/2", "/3", "/4"]) app.permissions.evaluate(read(path));
    expect(look().denials.map(({ access }) => access)).toEqual([
      "api /2 (read)",
      "api /3 (read)",
      "api /4 (read)",
    ]);
    expect(look().totals).toMatchObject({ denials: 7, denialKinds: 6 });
    app.permissions.evaluate(read("/2"));
    expect(look().denials.map(({ access, count }) => [access, count])).toEqual([
      ["api /3 (read)", 1],
      ["api /4 (read)", 1],
      ["api /2 (read)", 2],
    ]);
  });

  it("tells of uses and conditions of each grant, and forgets one that was revoked", async () => {
    const { app, clock, inspect } = await openApp();
    const { look } = inspect();
    app.permissions.evaluate(read("/api/orders"));
    clock.advance(500);
    app.permissions.evaluate(read("/api/orders"));
    const find = () => look().grants.find(({ grant }) => grant.id === "orders");
    expect(find()).toEqual({ grant: orders, uses: 2, lastUsedAt: clock.now() });
    app.permissions.revoke("orders");
    expect(find()).toBeUndefined();
  });

  it("follows a call from its beginning to its end, as long as it is kept", async () => {
    const { app, clock, inspect } = await openApp();
    const { look } = inspect({ calls: 2 });
    const gates = ["a", "b", "c"].map(() => Promise.withResolvers<{ status: number }>());
    const calls = gates.map(({ promise }, index) =>
      app.tap.observer?.call(`GET /${index}`, () => promise),
    );
    expect(look().calls).toMatchObject([{ state: "pending" }, { state: "pending" }]);
    clock.advance(40);
    gates[0]?.resolve({ status: 200 });
    gates[1]?.resolve({ status: 503 });
    gates[2]?.reject(new BerthError("RATE_LIMITED", "Too often."));
    await Promise.allSettled(calls);
    expect(look().calls).toMatchObject([
      { name: "GET /1", state: "failed", status: 503, servedBy: "network", durationMs: 40 },
      { name: "GET /2", state: "failed", error: { code: "RATE_LIMITED", message: "Too often." } },
    ]);
  });

  it("counts what was drawn by kind, and rates over the last seconds", async () => {
    const { app, clock, inspect } = await openApp();
    const { look } = inspect({ samples: 3 });
    for (let second = 0; second < 8; second++) {
      for (let sent = 0; sent < 10; sent++) app.tap.observer?.message("fromApp", "four");
      app.tap.observer?.mutations([[0], [0], [1], [3], "other", [9]], 6);
      app.tap.observer?.beat({ lateMs: second, elapsedMs: 100 });
      clock.advance(1_000);
    }
    expect(look().mutations.at(-1)).toMatchObject({
      count: 6,
      inserted: 2,
      removed: 1,
      updated: 1,
    });
    expect(look().rates).toEqual({ fromApp: 10, toApp: 0, bytes: 40, mutations: 6 });
    expect(look().samples).toHaveLength(3);
    expect(look().samples.at(-1)).toMatchObject({ fromApp: 10, mutations: 6 });
  });

  it("keeps states with their reasons, and a snapshot that is JSON", async () => {
    const { manager, inspect } = await openApp();
    const { look } = inspect();
    // Without a page there is no frame: the start fails, and says so.
    const failure: unknown = await manager.start("a").catch((error: unknown) => error);
    expect(
      look()
        .changes.map(({ to }) => to)
        .slice(0, 2),
    ).toEqual(["loaded", "starting"]);
    expect(failure).toBeInstanceOf(Error);
    expect(JSON.parse(JSON.stringify(look()))).toMatchObject({ instance: "a", app: { id: "a" } });
  });

  it("says at a steady pace that there is news, and of comings and goings at once", async () => {
    const { app, clock, manager, load, inspect } = await openApp();
    const { inspection } = inspect();
    let news = 0;
    const leave = inspection.subscribe(() => {
      news += 1;
    });
    for (let sent = 0; sent < 1_000; sent++) app.tap.observer?.message("fromApp", "m");
    expect(news).toBe(0);
    clock.advance(2_000);
    expect(news).toBe(4);
    await load("b");
    expect(news).toBe(5);
    expect(inspection.apps().map(({ instance, name }) => [instance, name])).toEqual([
      ["a", "Orders"],
      ["b", "Orders"],
    ]);
    await manager.unload("a");
    expect(inspection.snapshot("a")).toBeUndefined();
    expect(app.tap.observer).toBeUndefined();
    leave();
    clock.advance(2_000);
    expect(news).toBe(6);
  });

  it("empties one list and leaves the others", async () => {
    const { app, inspect } = await openApp();
    const { inspection, look } = inspect();
    app.tap.observer?.message("fromApp", "m");
    app.permissions.evaluate(read("/api/secret"));
    inspection.clear("a", "messages");
    expect([look().messages.length, look().denials.length]).toEqual([0, 1]);
    expect(look().totals.messages).toBe(1);
  });
});
