import { parseManifest } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { createMemoryViewStateStore, fromViewSession } from "../../src/index.ts";
import { createKeptViewState } from "../../src/runtime/view-state.ts";

const written = {
  ...{ id: "notes", name: "Notes", version: "1.0.0", description: "d", entryPoint: "a.js" },
  publisher: "acme",
};
const manifest = parseManifest(written);
const session = {
  ...{ token: "t", expiresAt: "2030-01-01T00:00:00Z", installation: "ins_one" },
  ...{ frameUrl: "https://a.frames.example/", functionOrigin: null, viewState: null, grants: [] },
  bundle: { url: "https://a.frames.example/view.js", digest: "0".repeat(64), bytes: 1 },
  manifest: written,
  resources: manifest.resources,
};

describe("a view's kept state", () => {
  it("is found by the next instance of an installation, and by no other's", async () => {
    const store = createMemoryViewStateStore();
    const open = (instance: string, installation: string) => {
      const { storageScope } = fromViewSession(
        { ...session, instance, installation },
        { renew: () => Promise.reject(new Error("not asked")) },
      );
      const source = storageScope === undefined ? {} : { storageScope };
      return createKeptViewState({ instance, manifest, source, store });
    };
    await open("view-1", "ins_one").save({ page: 2 });
    expect(store.load("ins_one", "acme/notes")).toEqual({ page: 2 });
    expect(store.load("view-1", "acme/notes")).toBeUndefined();
    await open("view-2", "ins_two").save({ page: 3 });
    expect(store.load("ins_one", "acme/notes")).toEqual({ page: 2 });
  });

  it("weighs nothing before the first, and is refused above its bound", async () => {
    const store = createMemoryViewStateStore();
    const kept = createKeptViewState({ instance: "one", manifest, source: {}, store });
    expect([kept.value, kept.bytes]).toEqual([null, 0]);
    await kept.save("x".repeat(262_142));
    expect(kept.bytes).toBe(262_144);
    await expect(kept.save("x".repeat(262_143))).rejects.toMatchObject({
      code: "REQUEST_TOO_LARGE",
    });
    expect(kept.bytes).toBe(262_144);
  });
});
