/** A20, initialization: what a runtime is before anything runs, and how apps come into it and go. */
import type { AppManifest } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { AppRuntimeManager, type AppSource, sourceOfManifest } from "../../src/index.ts";

const manifest: AppManifest = {
  ...{ id: "calculator", name: "Calculator", version: "1.0.0", description: "Adds" },
  entryPoint: "calculator.js",
};
const source: AppSource = {
  manifest,
  bundle: { code: "void 0;" },
  frame: { srcdoc: true },
  grants: [],
};

describe("a runtime that was just made", () => {
  it("holds nothing, asks nothing of its surroundings, and may be closed", async () => {
    // Here is neither a document nor a window: the same holds while a server renders.
    const manager = new AppRuntimeManager();
    expect(manager.list()).toEqual([]);
    expect(manager.get("anything")).toBeUndefined();
    await manager.close();
    await manager.close();
  });

  it("is used by several names for one app, each an instance of its own", async () => {
    const manager = new AppRuntimeManager();
    const [one, two] = [await manager.load("one", source), await manager.load("two", source)];
    expect(one).not.toBe(two);
    expect(manager.list().map(({ instance, state }) => [instance, state])).toEqual([
      ["one", "loaded"],
      ["two", "loaded"],
    ]);
    expect(manager.get("two")).toBe(two);
  });

  it("fills in what a manifest leaves out, from its own settings first", async () => {
    const manager = new AppRuntimeManager({ defaultResourceLimits: { memory: 100, apiCalls: 7 } });
    const asked = { ...manifest, resources: { apiCalls: 9 } };
    const app = await manager.load("a", { ...source, manifest: asked });
    expect(app.manifest.resources).toMatchObject({
      memory: 100,
      apiCalls: 9,
      cpu: 50,
      storage: 10,
    });
    expect(app.manifest.security).toMatchObject({ sandboxLevel: "strict", dataEncryption: true });
  });

  it("announces each instance's first and last state, to whoever still listens", async () => {
    const manager = new AppRuntimeManager();
    const heard: unknown[] = [];
    const stop = manager.on("status", (event) => heard.push(event));
    await manager.load("a", source);
    await manager.unload("a");
    stop();
    await manager.load("a", source);
    expect(heard).toEqual([
      { instance: "a", state: "loaded", previous: undefined },
      { instance: "a", state: "unloaded", previous: "loaded" },
    ]);
  });

  it("gives up a load when it is told to unload it, and is as before", async () => {
    const began = Promise.withResolvers<void>();
    const manager = new AppRuntimeManager({
      fetch: (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
          began.resolve();
        }),
    });
    const bundle = { url: "http://localhost/never.js" };
    const loading = manager.load("a", { ...source, bundle }).catch((error: unknown) => error);
    await began.promise;
    await manager.unload("a");
    expect(await loading).toMatchObject({ code: "RUNTIME_STATE" });
    expect(manager.list()).toEqual([]);
    await manager.load("a", source);
  });

  it("unloads everything when it is closed, and is of use afterwards", async () => {
    const manager = new AppRuntimeManager();
    await Promise.all(["a", "b", "c"].map((name) => manager.load(name, source)));
    await manager[Symbol.asyncDispose]();
    expect(manager.list()).toEqual([]);
    expect((await manager.load("a", source)).state).toBe("loaded");
  });
});

describe("an app's source", () => {
  it("of a manifest: the module at entryPoint, and a grant for all that it asks", () => {
    const made = sourceOfManifest({
      ...manifest,
      permissions: [{ type: "api", resource: "/api/calculations/*", actions: ["read", "write"] }],
    });
    expect(made.bundle).toEqual({ url: "calculator.js" });
    expect(made.frame).toEqual({ srcdoc: true });
    expect(made.grants).toMatchObject([
      { type: "api", resource: "/api/calculations/*", actions: ["read", "write"] },
    ]);
  });

  it("takes the host's word over the manifest's", () => {
    const made = sourceOfManifest(manifest, { bundle: { code: "1" }, grants: [] });
    expect(made).toMatchObject({ bundle: { code: "1" }, grants: [] });
  });

  it("runs only what has the digest that it names", async () => {
    const manager = new AppRuntimeManager();
    const code = "void 0;";
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
    const digest = Buffer.from(hash).toString("hex");
    await manager.load("a", { ...source, bundle: { code, digest } });
    const other = manager.load("b", { ...source, bundle: { code: `${code} `, digest } });
    await expect(other).rejects.toMatchObject({ code: "PACKAGE_DIGEST_MISMATCH" });
  });
});
