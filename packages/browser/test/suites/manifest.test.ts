/** A20, manifest: what the runtime takes, what it refuses, and in which words. */
import { type AppManifest, isBerthError, manifestJsonSchema } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { AppRuntimeManager, type AppSource } from "../../src/index.ts";

/** As users know it. */
const known: AppManifest = {
  id: "my-calculator",
  name: "Calculator",
  version: "1.0.0",
  description: "…",
  entryPoint: "calculator.js",
  permissions: [{ type: "api", resource: "/api/calculations/*", actions: ["read", "write"] }],
  resources: { memory: 50, cpu: 25, storage: 10, network: 50, apiCalls: 100 },
  security: {
    sandboxLevel: "strict",
    allowedDomains: ["api.calculator.com"],
    blockedAPIs: ["eval", "Function"],
    dataEncryption: true,
    auditLogging: true,
  },
};

const sourceOf = (manifest: unknown): AppSource => ({
  // What a page passes has whatever type its own code gave it.
  manifest: manifest as AppManifest,
  bundle: { code: "void 0;" },
  frame: { srcdoc: true },
  grants: [],
});

describe("the runtime, given a manifest", () => {
  it("takes the known example and keeps every value", async () => {
    const app = await new AppRuntimeManager().load("a", sourceOf(known));
    expect(app.manifest).toMatchObject(known);
  });

  it.each([
    ["nothing", undefined, "berth.json"],
    ["a text", "{}", "berth.json"],
    ["a list", [known], "berth.json"],
    ["no id", { ...known, id: undefined }, "id is missing"],
    ["an id that is a path", { ...known, id: "../other" }, '"../other" is not a slug'],
    ["a version of two parts", { ...known, version: "1.0" }, '"1.0" is not a semver version'],
    [
      "a misspelt kind of permission",
      { ...known, permissions: [{ type: "netwrok", resource: "/x", actions: ["read"] }] },
      "did you mean network?",
    ],
    [
      "more memory than there is to ask for",
      { ...known, resources: { memory: 1e6 } },
      "resources.memory is 1000000; expected at most 1024",
    ],
    ["a misspelt field", { ...known, entrypoint: "a.js" }, "did you mean entryPoint?"],
    [
      "a level that does not exist",
      { ...known, security: { sandboxLevel: "loose" } },
      "expected one of strict, moderate, permissive",
    ],
  ])(
    "refuses %s, says where and how to mend it, and has not taken the name",
    async (_what, manifest, words) => {
      const manager = new AppRuntimeManager();
      const error: unknown = await manager.load("a", sourceOf(manifest)).catch((e: unknown) => e);
      expect(isBerthError(error, "MANIFEST_INVALID"), String(error)).toBe(true);
      expect(String(error)).toContain(words);
      expect(manager.list()).toEqual([]);
      await manager.load("a", sourceOf(known));
    },
  );

  it("refuses an app that has no view to run", async () => {
    const serverOnly = { ...known, entryPoint: undefined, server: { entry: "server.js" } };
    await expect(new AppRuntimeManager().load("a", sourceOf(serverOnly))).rejects.toMatchObject({
      code: "PLATFORM_INCOMPATIBLE",
      message: expect.stringContaining("entryPoint"),
    });
  });

  it("is not led astray by a prototype", async () => {
    const polluted: unknown = JSON.parse(
      JSON.stringify(known).replace('"id"', '"__proto__":{"isEvil":true},"id"'),
    );
    const outcome = await new AppRuntimeManager().load("a", sourceOf(polluted)).catch(String);
    expect("isEvil" in {}).toBe(false);
    if (typeof outcome !== "string") expect("isEvil" in outcome.manifest).toBe(false);
  });

  it("follows the same rules as the published JSON Schema", () => {
    const { properties } = manifestJsonSchema() as { properties?: object };
    expect(Object.keys(properties ?? {})).toEqual(expect.arrayContaining(Object.keys(known)));
  });
});
