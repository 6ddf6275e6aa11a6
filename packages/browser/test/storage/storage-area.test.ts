import { parseManifest, viewStorageLimits } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { createBrowserStorage, type StorageArea } from "../../src/index.ts";
import { createAppStorage } from "../../src/runtime/app-storage.ts";
import { storageScopeOf } from "../../src/storage/scope-names.ts";
import { createManualClock } from "../manual-clock.ts";

const storage = () => createBrowserStorage({ clock: createManualClock() });

/** The area that needs no browser; storage-in-a-browser.test.ts has the other. */
function openArea(quotaBytes = 10_000): StorageArea {
  return storage().open({ scope: "a", quotaBytes, isEncrypted: false }).session;
}

const refused = { code: "CAPABILITY_INPUT_INVALID" };

describe("an area of an app's storage", () => {
  it("gives back what was put, each time under a higher version", async () => {
    const area = openArea();
    expect(await area.get("note")).toBeUndefined();
    const first = await area.put("note", { text: "milk", tags: [1, null] });
    expect(await area.get("note")).toEqual({
      value: { text: "milk", tags: [1, null] },
      version: first.version,
    });
    const second = await area.put("note", "bread");
    expect(Number(second.version)).toBeGreaterThan(Number(first.version));
    expect(await area.delete("note")).toEqual({ existed: true });
    expect(await area.delete("note")).toEqual({ existed: false });
    expect(await area.get("note")).toBeUndefined();
  });

  it("runs writes in the order in which they were asked for", async () => {
    const area = openArea();
    const asked = [area.put("k", 1), area.put("k", 2), area.delete("k"), area.put("k", 3)];
    await Promise.all(asked);
    expect((await area.get("k"))?.value).toBe(3);
  });

  it("takes the last byte of its quota, refuses one more in figures, and changes nothing then", async () => {
    const area = openArea(20);
    // One byte of key, and a JSON text of 19.
    await area.put("k", "x".repeat(17));
    expect(await area.usage()).toEqual({ usedBytes: 20, quotaBytes: 20, entries: 1 });
    await expect(area.put("l", 0)).rejects.toMatchObject({
      code: "STATE_QUOTA_EXCEEDED",
      message: expect.stringMatching(/holds 20 bytes of a quota of 20; "l" would need 2 bytes/),
      details: { quotaBytes: 20, usedBytes: 20, askedBytes: 2 },
    });
    await expect(area.put("k", "x".repeat(18))).rejects.toMatchObject({
      code: "STATE_QUOTA_EXCEEDED",
    });
    expect((await area.get("k"))?.value).toBe("x".repeat(17));
    await area.put("k", "");
    await area.put("l", 0);
    expect(await area.usage()).toMatchObject({ usedBytes: 5, entries: 2 });
  });

  it("counts bytes, not letters", async () => {
    const area = openArea(8);
    await area.put("é", "ü");
    expect((await area.usage()).usedBytes).toBe(6);
    await expect(area.put("é", "üüü")).rejects.toMatchObject({ code: "STATE_QUOTA_EXCEEDED" });
  });

  it("bounds the number of its entries, whatever their size", async () => {
    const area = openArea(1_000_000);
    const { maxEntries } = viewStorageLimits;
    for (let index = 0; index < maxEntries; index++) await area.put(`k${index}`, 0);
    await expect(area.put("more", 0)).rejects.toMatchObject({
      code: "STATE_QUOTA_EXCEEDED",
      message: expect.stringContaining(`${maxEntries} entries`),
    });
    await area.put("k7", 1);
    await area.delete("k8");
    await area.put("more", 0);
  });

  it.each([
    ["", "nothing"],
    ["a\0b", "NUL"],
    ["\ud800", "half a surrogate pair"],
    ["x".repeat(viewStorageLimits.maxKeyBytes + 1), "too long"],
    ["é".repeat(257), "too many bytes"],
    [["app", "other"] as unknown as string, "not a text"],
    [null as unknown as string, "nothing at all"],
  ])("refuses the key %j: %s", async (key) => {
    const area = openArea();
    await expect(area.get(key)).rejects.toMatchObject(refused);
    await expect(area.put(key, 1)).rejects.toMatchObject(refused);
    await expect(area.delete(key)).rejects.toMatchObject(refused);
  });

  it("takes the longest key and value, and names of objects' own parts", async () => {
    const area = openArea(2_000_000);
    const longest = "x".repeat(viewStorageLimits.maxValueBytes - 2);
    for (const key of ["__proto__", "constructor", "../b", "%00", "k".repeat(512)]) {
      await area.put(key, key);
      expect((await area.get(key))?.value).toBe(key);
    }
    await area.put("long", longest);
    await expect(area.put("longer", `${longest}x`)).rejects.toMatchObject(refused);
    for (const value of [undefined, () => 1, 1n]) {
      await expect(area.put("k", value)).rejects.toMatchObject(refused);
    }
  });

  it("lists below a prefix, in order and page by page", async () => {
    const area = openArea(100_000);
    for (const key of ["b/2", "a", "b/10", "b/1", "c", "b", "b0"]) await area.put(key, key);
    const first = await area.list({ prefix: "b/", limit: 2 });
    expect(first.entries.map(({ key }) => key)).toEqual(["b/1", "b/10"]);
    const second = await area.list({ prefix: "b/", limit: 2, cursor: first.cursor ?? "" });
    expect(second).toEqual({
      entries: [{ key: "b/2", value: "b/2", version: expect.any(String) }],
      cursor: null,
    });
    expect((await area.list()).entries).toHaveLength(7);
    await expect(area.list({ limit: 0 })).rejects.toMatchObject(refused);
    await expect(area.list({ limit: 1_001 })).rejects.toMatchObject(refused);
  });

  it("ends a page of a list after a mebibyte, and says where to go on", async () => {
    const area = openArea(10_000_000);
    for (const key of ["a", "b", "c"]) await area.put(key, "x".repeat(520_000));
    const first = await area.list();
    // Two are just below it, three above.
    expect(first.entries.map(({ key }) => key)).toEqual(["a", "b", "c"]);
    await area.put("d", 0);
    const { cursor } = await area.list();
    expect(cursor).toBe("c");
    expect((await area.list({ cursor: cursor ?? "" })).entries.map(({ key }) => key)).toEqual([
      "d",
    ]);
  });
});

describe("the storage capability", () => {
  const manifest = parseManifest({
    ...{ id: "notes", name: "Notes", version: "1.0.0", description: "d", entryPoint: "a.js" },
    resources: { storage: 1 },
  });
  const open = (storageScope = "a", shared = storage(), viewStateBytes = 0) => {
    const { storage: made = {} } = createAppStorage({
      ...{ instance: "one", manifest, source: { storageScope }, onCorrupt: () => {} },
      config: { storage: shared, storageBytes: undefined },
      viewStateBytes: () => viewStateBytes,
    }).capabilities;
    const { signal } = new AbortController();
    return Object.fromEntries(
      Object.entries(made).map(([name, run]) => [name, (args: unknown) => run(args, signal)]),
    );
  };

  it("takes the quota from resources.storage, in MB, less what the view state takes", async () => {
    const { usage } = open();
    expect(await usage?.({ area: "session" })).toMatchObject({ quotaBytes: 1_048_576 });
    const crowded = open("a", storage(), 1_048_000);
    expect(await crowded.usage?.({ area: "session" })).toMatchObject({ quotaBytes: 576 });
    await expect(
      (async () => crowded.put?.({ area: "session", key: "k", value: "x".repeat(600) }))(),
    ).rejects.toMatchObject({ code: "STATE_QUOTA_EXCEEDED" });
  });

  it.each([
    ["no area", { key: "k" }],
    ["an area that is not there", { area: "everyone", key: "k" }],
    ["an area of an object's prototype", { area: "constructor", key: "k" }],
    ["another's scope", { area: "session", key: "k", scope: "b" }],
    ["a key that is no text", { area: "session", key: { toString: (): string => "k" } }],
    ["a list in place of arguments", ["session", "k"]],
    ["nothing", null],
  ])("refuses %s", async (_what, args) => {
    await expect((async () => open().get?.(args))()).rejects.toMatchObject(refused);
  });

  it("keeps scopes apart, whatever their keys look like", async () => {
    const shared = storage();
    const [one, two] = [open("first", shared), open("other", shared)];
    await one.put?.({ area: "session", key: "k", value: "mine" });
    for (const key of ["k", "../k", '["a","b"]', 'app:["a","b"]/k', "a\u0001k"])
      expect(await two.get?.({ area: "session", key })).toBeNull();
    expect(await two.list?.({ area: "session" })).toEqual({ entries: [], cursor: null });
  });

  it("names a scope by instance and app together, so that neither can pass for another", () => {
    const names = [
      storageScopeOf("a", "b/c", undefined),
      storageScopeOf("a/b", "c", undefined),
      storageScopeOf('a","b', "c", undefined),
      storageScopeOf("a", 'b","c', undefined),
      storageScopeOf("x", "y", "a"),
      storageScopeOf("x", "y", '["a","b/c"]'),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(storageScopeOf("x", "y", "i")).toBe(storageScopeOf("z", "y", "i"));
  });
});
