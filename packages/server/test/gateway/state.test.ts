import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatewayMigrations } from "../../src/gateway/migrations.ts";
import { createStateStore, type StateStore } from "../../src/gateway/state/store.ts";
import { type KeyRing, openKeyRing } from "../../src/storage/keys.ts";
import {
  databasesUnderTest,
  openTestDatabase,
  silentLogger,
  type TestDatabase,
} from "../support/databases.ts";
import { createLive } from "./live.ts";

const mb = 1_048_576;

describe.each(databasesUnderTest())("state on %s", (kind) => {
  let database: TestDatabase;
  let keys: KeyRing;
  let store: StateStore;
  beforeAll(async () => {
    database = await openTestDatabase(kind, gatewayMigrations);
    const random = (bytes: number) => randomBytes(bytes);
    keys = await openKeyRing({ random, folder: database.folder, logger: silentLogger });
    store = createStateStore({ database, keys });
  });
  afterAll(() => database[Symbol.asyncDispose]());
  const own = (storage = 10) => createLive(keys, { manifest: { resources: { storage } } });
  const pair = (key: string, value: unknown = 1) => ({ key, value: value as never });

  it("gives back what was put, with a version that never comes again", async () => {
    const live = own();
    const first = await store.put(live, [pair("a", { b: [1, "ç", null] })]);
    expect(await store.get(live, "a")).toEqual({
      ...pair("a", { b: [1, "ç", null] }),
      version: first,
    });
    expect(await store.get(live, "A")).toBeUndefined();
    expect(await store.delete(live, "a")).toBe(true);
    expect(await store.delete(live, "a")).toBe(false);
    const again = await store.put(live, [pair("a", { b: [1, "ç", null] })]);
    expect(again).not.toBe(first);
    await expect(store.put(live, [pair("a", 2)], first)).rejects.toMatchObject({
      code: "STATE_CONFLICT",
    });
    expect((await store.get(live, "a"))?.version).toBe(again);
  });

  it("keeps installations apart, in rows that nobody reads without the key", async () => {
    const mine = own();
    const theirs = own();
    await store.put(mine, [pair("secret", "plain-marker-text")]);
    expect(await store.get(theirs, "secret")).toBeUndefined();
    expect((await store.list(theirs, { prefix: "", after: null, limit: 10 })).entries).toEqual([]);
    const { rows } = await sql<{
      value: string;
    }>`select value from app_state where installation_id = ${mine.id}`.execute(database.kysely);
    expect(Buffer.from(rows[0]?.value ?? "", "base64").toString("latin1")).not.toContain(
      "plain-marker",
    );
    await sql`update app_state set key = 'other' where installation_id = ${mine.id}`.execute(
      database.kysely,
    );
    await expect(store.get(mine, "other")).rejects.toThrow();
  });

  it("writes only when the version is the expected one", async () => {
    const live = own();
    const first = await store.put(live, [pair("a", 1)], null);
    await expect(store.put(live, [pair("a", 2)], null)).rejects.toMatchObject({
      code: "STATE_CONFLICT",
      details: { version: first },
    });
    await expect(store.put(live, [pair("b", 2)], first)).rejects.toMatchObject({
      code: "STATE_CONFLICT",
    });
    const second = await store.put(live, [pair("a", 2)], first);
    expect(second).not.toBe(first);
    expect((await store.get(live, "a"))?.value).toBe(2);
  });

  it("lets one of many simultaneous writers win", async () => {
    const live = own();
    const start = await store.put(live, [pair("counter", 0)]);
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => store.put(live, [pair("counter", index)], start)),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("counts plaintext and holds the quota just below, at and above", async () => {
    const live = own(1);
    const fill = (bytes: number) => "x".repeat(bytes - 2);
    await store.put(live, [pair("aa", fill(mb / 2 - 2)), pair("bb", fill(mb / 2 - 3))]);
    expect(await store.usage(live)).toEqual({ bytes: mb - 1, keys: 2 });
    await store.put(live, [pair("bb", fill(mb / 2 - 2))]);
    expect(await store.usage(live)).toEqual({ bytes: mb, keys: 2 });
    const quota = { code: "STATE_QUOTA_EXCEEDED" };
    await expect(store.put(live, [pair("c", 1)])).rejects.toMatchObject(quota);
    await expect(store.put(live, [pair("bb", fill(mb / 2 - 1))])).rejects.toMatchObject(quota);
    await store.put(live, [pair("bb", "smaller")]);
    await store.delete(live, "aa");
    expect(await store.usage(live)).toEqual({ bytes: 11, keys: 1 });
  });

  it("holds the quota against writers at the same time", async () => {
    const live = own(1);
    const value = "x".repeat(300_000);
    await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => store.put(live, [pair(`k${index}`, value)])),
    );
    const { bytes, keys: count } = await store.usage(live);
    expect(bytes).toBeLessThanOrEqual(mb);
    expect(count).toBe(3);
  });

  it("refuses a value past its bound, or nested past reason, and writes all of a group or nothing", async () => {
    const live = own(50);
    await store.put(live, [pair("most", "x".repeat(mb - 2))]);
    const tooLarge = { code: "CAPABILITY_INPUT_INVALID" };
    await expect(
      store.put(live, [pair("fine"), pair("more", "x".repeat(mb - 1))]),
    ).rejects.toMatchObject(tooLarge);
    expect(await store.get(live, "fine")).toBeUndefined();
    const deep = JSON.parse("[".repeat(200_000) + "]".repeat(200_000)) as unknown;
    await expect(store.put(live, [pair("deep", deep)])).rejects.toMatchObject(tooLarge);
  });

  it("lists by prefix in the order of bytes, page by page", async () => {
    const live = own();
    const names = [
      "a",
      "a/",
      "a/1",
      "a/2",
      "a/é",
      "a/\u{1f600}",
      "a/\uffff",
      "a0",
      "b",
      "A/1",
      "a%",
      "a_",
    ];
    await store.put(
      live,
      names.map((key) => pair(key)),
    );
    const under = (prefix: string) =>
      [...names]
        .filter((key) => key.startsWith(prefix))
        .sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
    for (const prefix of ["", "a", "a/", "a%", "a_", "zz"]) {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page = await store.list(live, { prefix, after, limit: 2 });
        seen.push(...page.entries.map(({ key }) => key));
        after = page.cursor;
      } while (after !== null);
      expect(seen, prefix).toEqual(under(prefix));
    }
    const exact = await store.list(live, { prefix: "a/", after: null, limit: under("a/").length });
    expect(exact.cursor).toBeNull();
  });

  it("cuts a page by bytes without losing an entry", async () => {
    const live = own(50);
    const value = "x".repeat(mb - 100);
    const names = Array.from({ length: 6 }, (_, index) => `k${index}`);
    for (const key of names) await store.put(live, [pair(key, value)]);
    const first = await store.list(live, { prefix: "", after: null, limit: 100 });
    expect(first.entries.length).toBeGreaterThan(0);
    expect(first.entries.length).toBeLessThan(6);
    expect(first.cursor).toBe(first.entries.at(-1)?.key);
    const seen = first.entries.map(({ key }) => key);
    let after = first.cursor;
    while (after !== null) {
      const page = await store.list(live, { prefix: "", after, limit: 100 });
      seen.push(...page.entries.map(({ key }) => key));
      after = page.cursor;
    }
    expect(seen).toEqual(names);
  });

  it("takes the last value of a key that comes twice, and removes all of an installation", async () => {
    const live = own();
    await store.put(live, [pair("a", 1), pair("b", 1), pair("a", 2)]);
    expect((await store.get(live, "a"))?.value).toBe(2);
    expect((await store.usage(live)).keys).toBe(2);
    await store.removeAll(live.id);
    expect(await store.usage(live)).toEqual({ bytes: 0, keys: 0 });
    expect(await store.get(live, "a")).toBeUndefined();
  });
});
