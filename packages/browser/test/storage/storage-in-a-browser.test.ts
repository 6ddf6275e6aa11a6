import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppRuntimeManager } from "../../src/index.ts";
import { type Lab, openLab } from "../lab/lab.ts";
import type {} from "../lab/lab-page.ts";

let lab: Lab;
let page: Page;
/** Another tab of the same origin. */
let other: Page;

const corrupt = (words: string) => ({
  code: "STORAGE_RECORD_CORRUPT",
  message: expect.stringContaining(words),
});
const reports = () => page.evaluate(() => globalThis.lab.reports.splice(0));

beforeAll(async () => {
  lab = await openLab();
  await lab.serve("notes.js", new URL("notes-view.js", import.meta.url));
  page = await lab.openTab();
  other = await lab.openTab();
});
afterAll(() => lab[Symbol.asyncDispose]());

describe("the persistent area", () => {
  it("outlives its page, and lies sealed under a key that cannot be taken out", async () => {
    await page.evaluate(() => globalThis.lab.area("sealed").put("word", "opensesame"));
    await lab.load(page);
    const found = await page.evaluate(() => globalThis.lab.area("sealed").get("word"));
    expect(found?.value).toBe("opensesame");
    expect(await page.evaluate(() => globalThis.lab.rawText("sealed"))).not.toContain("opensesame");
    const key = await page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open("berth-views:sealed");
        request.onsuccess = () => resolve(request.result);
      });
      const rows = await new Promise<{ key: CryptoKey }[]>((resolve) => {
        const request = database.transaction("keys").objectStore("keys").getAll();
        request.onsuccess = () => resolve(request.result);
      });
      database.close();
      const first = rows[0]?.key;
      if (first === undefined) return "none";
      return crypto.subtle.exportKey("raw", first).then(
        () => "taken",
        (error: DOMException) => error.name,
      );
    });
    expect(key).toBe("InvalidAccessError");
  });

  it("lies in plain where the manifest turns encryption off, and is not believed once it is on", async () => {
    await page.evaluate(() => globalThis.lab.area("plain", "a", false).put("word", "opensesame"));
    expect(await page.evaluate(() => globalThis.lab.rawText("plain"))).toContain("opensesame");
    expect(
      await page.evaluate(() => globalThis.lab.area("plain", "a", true).get("word")),
    ).toBeUndefined();
    expect(await reports()).toEqual([corrupt('"word"')]);
  });

  it.each([
    ["changed by one bit", "flip"],
    ["put under another key", "key"],
    ["put under another scope", "scope"],
    ["given another version", "version"],
    ["made into something else", "shape"],
    ["replaced by plain text", "plain"],
  ])("drops and reports a record that was %s", async (_what, how) => {
    const name = `tampered-${how}`;
    const after = await page.evaluate(
      async ([owner, way]) => {
        const { lab } = globalThis;
        const target = way === "scope" ? "b" : "a";
        const area = lab.area(owner, target);
        await lab.area(owner, "a").put("k", "first");
        await area.put("other", 1);
        const record = (await lab.rawRecords(owner)).find(({ key }) => key === "k");
        if (record === undefined) throw new Error("nothing was written");
        const body = record.body as { data: ArrayBuffer };
        if (way === "flip") {
          const bytes = new DataView(body.data);
          bytes.setUint8(0, bytes.getUint8(0) ^ 1);
        }
        const changes: Record<string, object> = {
          flip: {},
          key: { key: "other", version: record.version + 5 },
          scope: { scope: "app:b" },
          version: { version: record.version + 1 },
          shape: { version: "high", body: [] },
          plain: { body: { text: '"mine"' } },
        };
        await lab.putRaw(owner, { ...record, ...changes[way] });
        const key = way === "key" ? "other" : "k";
        const read = await area.get(key);
        const again = await area.get(key);
        await area.put(key, "second");
        return [read, again, (await area.get(key))?.value];
      },
      [name, how] as const,
    );
    expect(after).toEqual([undefined, undefined, "second"]);
    expect(await reports()).toEqual([corrupt("dropped")]);
  });

  it("keeps scopes and owners apart, in lists and totals too", async () => {
    const seen = await page.evaluate(async () => {
      const { lab } = globalThis;
      await lab.area("apart", "a").put("k", "secret");
      const foreign = [lab.area("apart", "a\u0000"), lab.area("apart", 'a"]'), lab.area("else")];
      return Promise.all(
        foreign.map(async (area) => [
          await area.get("k"),
          (await area.list()).entries,
          (await area.usage()).usedBytes,
        ]),
      );
    });
    expect(seen).toEqual(Array.from({ length: 3 }, () => [undefined, [], 0]));
  });

  it("holds its quota between tabs that write at once, and loses or halves nothing", async () => {
    const fill = async (tab: Page, prefix: string) =>
      tab.evaluate(async (start) => {
        const area = globalThis.lab.area("full", "a", true, 1_000);
        const asked = Array.from({ length: 15 }, (_, index) =>
          // 2 or 3 bytes of key, 50 of value.
          area.put(`${start}${index}`, "x".repeat(48)).then(
            () => "kept",
            (error: { code: string }) => error.code,
          ),
        );
        return Promise.all(asked);
      }, prefix);
    const outcomes = (await Promise.all([fill(page, "a"), fill(other, "b")])).flat();
    const kept = outcomes.filter((outcome) => outcome === "kept").length;
    expect(new Set(outcomes)).toEqual(new Set(["kept", "STATE_QUOTA_EXCEEDED"]));
    const [usage, list] = await other.evaluate(async () => {
      const area = globalThis.lab.area("full", "a", true, 1_000);
      return [await area.usage(), await area.list()] as const;
    });
    expect(list.entries).toHaveLength(kept);
    expect(usage.entries).toBe(kept);
    expect(usage.usedBytes).toBeLessThanOrEqual(1_000);
    expect(usage.usedBytes).toBeGreaterThan(940);
  });

  it("lets the last of two tabs win, tells the other, and lists in pages as memory does", async () => {
    await other.evaluate(() => {
      const heard: string[] = [];
      Object.assign(globalThis, { heard });
      globalThis.lab.storageOf("tabs").onChange(({ key }) => heard.push(String(key)));
      return globalThis.lab.area("tabs").usage();
    });
    await page.evaluate(async () => {
      for (const key of ["b/2", "a", "b/10", "b/1", "c"])
        await globalThis.lab.area("tabs").put(key, "first");
    });
    // The other tab's clock is far behind; its write is the last all the same.
    await other.evaluate(async () => {
      globalThis.lab.setNow(5);
      await globalThis.lab.area("tabs").put("a", "second");
    });
    expect((await page.evaluate(() => globalThis.lab.area("tabs").get("a")))?.value).toBe("second");
    await other.waitForFunction(() => {
      const { heard } = globalThis as unknown as { heard: string[] };
      return heard.join() === "b/2,a,b/10,b/1,c,a";
    });
    const keys = await page.evaluate(async () => {
      const area = globalThis.lab.area("tabs");
      const first = await area.list({ prefix: "b/", limit: 2 });
      const second = await area.list({ prefix: "b/", limit: 2, cursor: first.cursor ?? "" });
      return [first, second].map(({ entries, cursor }) => [entries.map(({ key }) => key), cursor]);
    });
    expect(keys).toEqual([
      [["b/1", "b/10"], "b/10"],
      [["b/2"], null],
    ]);
  });

  it("begins anew with a new key when another tab removed it", async () => {
    await page.evaluate(() => globalThis.lab.area("removed").put("k", "old"));
    await other.evaluate(() => globalThis.lab.storageOf("removed").remove("a"));
    expect(await page.evaluate(() => globalThis.lab.rawRecords("removed"))).toEqual([]);
    expect(await page.evaluate(() => globalThis.lab.area("removed").get("k"))).toBeUndefined();
    await page.evaluate(() => globalThis.lab.area("removed").put("k", "new"));
    expect((await other.evaluate(() => globalThis.lab.area("removed").get("k")))?.value).toBe(
      "new",
    );
  });

  it("is not brought back by a write that was under way when it was removed", async () => {
    const left = await page.evaluate(async () => {
      const { lab: inPage } = globalThis;
      const area = inPage.area("late");
      const writes = [area.put("k", 1), area.put("l", 2)];
      await inPage.storageOf("late").remove("a");
      await Promise.all(writes);
      return inPage.rawRecords("late");
    });
    expect(left).toEqual([]);
  });

  it("removes by itself what nobody used for its time, and nothing else", async () => {
    await page.evaluate(async () => {
      globalThis.lab.setNow(1_000_000);
      await globalThis.lab.area("aged", "old").put("k", 1);
      globalThis.lab.setNow(1_000_000 + 89 * 24 * 3_600_000);
      await globalThis.lab.area("aged", "young").put("k", 1);
    });
    await lab.load(page);
    const removed = page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          globalThis.lab.setNow(1_000_000 + 91 * 24 * 3_600_000);
          globalThis.lab.storageOf("aged").onChange(({ scope, key }) => {
            if (key === null) resolve(scope);
          });
          void globalThis.lab.area("aged", "young").get("k");
        }),
    );
    expect(await removed).toBe("app:old");
    const left = await page.evaluate(() => globalThis.lab.rawRecords("aged"));
    expect(left.map(({ scope }) => scope)).toEqual(["app:young"]);
  });

  it("uses the host's key, and leaves alone what another of its keys has sealed", async () => {
    const outcome = await page.evaluate(async () => {
      const { lab } = globalThis;
      const make = (id: string) => async () => ({
        id,
        key: await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
          "encrypt",
          "decrypt",
        ]),
      });
      lab.storageOf("given", { keyOf: make("one") });
      await lab.area("given").put("k", "mine");
      const first = (await lab.area("given").get("k"))?.value;
      lab.storageOf("given-again", { owner: "given", keyOf: make("two") });
      const second = await lab.area("given-again").get("k");
      return [first, second ?? null, (await lab.area("given").get("k"))?.value];
    });
    expect(outcome).toEqual(["mine", null, "mine"]);
    expect(await reports()).toEqual([corrupt("left alone")]);
  });
});

describe("an app with the page's storage", () => {
  const run = (instance: string, id = "notes") =>
    page.evaluate(
      async ([name, app]) => {
        const { lab } = globalThis;
        const manager = new lab.AppRuntimeManager({ storage: lab.storageOf("apps") });
        const logs: string[] = [];
        manager.on("message", (event) => {
          if (event.kind === "log") logs.push(event.entry.message);
        });
        await manager.load(name, {
          manifest: {
            ...{ id: app, name: "Notes", version: "1.0.0", description: "d" },
            ...{ entryPoint: "notes.js", resources: { storage: 1 } },
          },
          bundle: { url: "/notes.js" },
          frame: { srcdoc: true },
          grants: [],
        });
        await manager.start(name);
        const tree = manager.get(name)?.tree;
        const root = tree?.snapshot(lab.rootId);
        const first = root?.kind === "root" ? tree?.snapshot(root.children[0] ?? "") : undefined;
        Object.assign(globalThis, { manager });
        return { found: first?.kind === "text" ? first.text : "", logs };
      },
      [instance, id] as const,
    );

  it("finds its state and its records after a reload, and is refused what is over its quota", async () => {
    expect((await run("one")).found).toBe("[null,null,null]");
    await lab.load(page);
    const second = await run("one");
    expect(second.found).toBe('["state","persistent",null]');
    // 600,000 bytes is more than one value may have; the third 400,000 are more than 1 MB, of
    // which the view's state takes 16 bytes.
    expect(second.logs).toEqual(["CAPABILITY_INPUT_INVALID", "STATE_QUOTA_EXCEEDED at 2: 1048560"]);
    // What lies in the page counts against the app's limit, as soon as it was counted.
    const kept = await page.waitForFunction(() => {
      const { manager } = globalThis as unknown as { manager: AppRuntimeManager };
      const value = manager.get("one")?.usage().readings.storage.value ?? 0;
      return value > 0.5 && value;
    });
    expect(await kept.jsonValue()).toBeCloseTo(0.76, 1);
  });

  it("gets nothing of another app, nor of itself under another name", async () => {
    expect((await run("two")).found).toBe("[null,null,null]");
    expect((await run("one", "thief")).found).toBe("[null,null,null]");
  });

  it("has nothing left once it was forgotten", async () => {
    await lab.load(page);
    expect((await run("one")).found).toContain("persistent");
    await page.evaluate(() =>
      (
        globalThis as unknown as { manager: { forget(name: string): Promise<void> } }
      ).manager.forget("one"),
    );
    const left = await page.evaluate(() => globalThis.lab.rawRecords("apps"));
    const names = new Set(left.map(({ scope }) => scope));
    expect([...names].sort()).toEqual(
      ['["one","thief"]', '["two","notes"]']
        .flatMap((name) => [`app:${name}`, `view:${name}`])
        .sort(),
    );
    expect((await run("one")).found).toBe("[null,null,null]");
  });
});
