import { isBerthError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { AppRuntimeManager, type AppSource } from "../../src/index.ts";

const source: AppSource = {
  manifest: { id: "a", name: "A", version: "1.0.0", description: "d", entryPoint: "a.js" },
  bundle: { code: "void 0;" },
  frame: { srcdoc: true },
  grants: [],
};

const failure = (error: unknown) => error;

describe("AppRuntimeManager, before anything is drawn", () => {
  it("refuses a second instance of one name, also while the first still loads", async () => {
    const manager = new AppRuntimeManager();
    const [first, second] = await Promise.all([
      manager.load("a", source).catch(failure),
      manager.load("a", source).catch(failure),
    ]);
    expect(first).toMatchObject({ instance: "a", state: "loaded" });
    expect(isBerthError(second, "RUNTIME_INSTANCE_EXISTS")).toBe(true);
    const third = await manager.load("a", source).catch(failure);
    expect(isBerthError(third, "RUNTIME_INSTANCE_EXISTS")).toBe(true);
    await manager.unload("a");
    await expect(manager.load("a", source)).resolves.toMatchObject({ state: "loaded" });
  });

  it("names an instance that it does not know", async () => {
    const manager = new AppRuntimeManager();
    for (const act of ["start", "pause", "resume", "stop"] as const) {
      const error = await manager[act]("ghost").catch(failure);
      expect(isBerthError(error, "RUNTIME_INSTANCE_UNKNOWN"), act).toBe(true);
      expect(String(error)).toContain("ghost");
    }
  });

  it("refuses what is not a strict catalog view, and a bundle with another digest", async () => {
    const manager = new AppRuntimeManager();
    const manifest = { ...source.manifest, security: { sandboxLevel: "permissive" as const } };
    const level = await manager.load("p", { ...source, manifest }).catch(failure);
    expect(isBerthError(level, "PLATFORM_INCOMPATIBLE")).toBe(true);
    const bundle = { code: "void 0;", digest: "0".repeat(64) };
    const digest = await manager.load("d", { ...source, bundle }).catch(failure);
    expect(isBerthError(digest, "PACKAGE_DIGEST_MISMATCH")).toBe(true);
    expect(manager.list()).toEqual([]);
  });
});
