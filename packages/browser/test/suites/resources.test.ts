/** A20, resources: what an app has used, and the bounds that its manifest sets. */
import type { AppManifest } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { AppRuntimeManager, ResourceMonitor, sourceOfManifest } from "../../src/index.ts";
import { createManualClock } from "../manual-clock.ts";

const manifest: AppManifest = {
  ...{ id: "a", name: "A", version: "1.0.0", description: "d", entryPoint: "a.js" },
  resources: { memory: 20, apiCalls: 60 },
};

describe("an app's usage", () => {
  it("starts at nothing, and says of what is not known that it is not", async () => {
    const source = sourceOfManifest(manifest, { bundle: { code: "0" } });
    const app = await new AppRuntimeManager().load("a", source);
    expect(app.usage()).toMatchObject({
      ...{ messages: 0, mutations: 0, requests: 0, capabilityCalls: 0, denials: 0, nodes: 0 },
      ...{ silenceMs: null, callP50Ms: null },
    });
  });

  it("counts nodes as they are drawn and cleared away", async () => {
    const source = sourceOfManifest(manifest, { bundle: { code: "0" } });
    const app = await new AppRuntimeManager().load("a", source);
    const before = app.usage().nodes;
    app.tree.apply([[0, "~", { id: "1", type: 3, data: "hello" }, 0]]);
    expect(app.usage().nodes).toBe(before + 1);
    app.tree.apply([[1, "~", 0]]);
    expect(app.usage().nodes).toBe(before);
  });
});

describe("the resource monitor", () => {
  it("times calls by its clock: the median of what was kept, failures counted and thrown on", async () => {
    const clock = createManualClock();
    const monitor = new ResourceMonitor({ clock });
    for (const ms of [30, 10, 20]) await monitor.time(async () => clock.advance(ms));
    expect(monitor.usage().callP50Ms).toBe(20);
    const failing = monitor.time(async () => {
      throw new RangeError("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(monitor.usage()).toMatchObject({ failedCalls: 1 });
  });

  it("forgets old calls, so that what was slow once is not slow for ever", async () => {
    const clock = createManualClock();
    const monitor = new ResourceMonitor({ clock });
    for (let call = 0; call < 300; call++) await monitor.time(async () => clock.advance(1_000));
    for (let call = 0; call < 200; call++) await monitor.time(async () => clock.advance(5));
    expect(monitor.usage().callP50Ms).toBe(5);
  });

  it("adds up what is counted", () => {
    const monitor = new ResourceMonitor({ clock: createManualClock() });
    monitor.count("messages");
    monitor.count("messages");
    monitor.count("messageBytes", 512);
    expect(monitor.usage()).toMatchObject({ messages: 2, messageBytes: 512, mutations: 0 });
  });
});
