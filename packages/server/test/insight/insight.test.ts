import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createInsight,
  type Insight,
  type InsightLimits,
  type LogEntry,
} from "../../src/insight/insight.ts";
import { insightMigrations } from "../../src/insight/migrations.ts";
import {
  databasesUnderTest,
  openTestDatabase,
  silentLogger,
  type TestDatabase,
} from "../support/databases.ts";

const line = (message: string) =>
  ({ level: "info", source: "function", requestId: "req-1", message }) as const;

describe.each(databasesUnderTest())("insight on %s", (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(kind, insightMigrations);
  });
  afterAll(() => database[Symbol.asyncDispose]());
  let now = 1_700_000_000_000;
  const ground = {
    clock: { now: () => now },
    random: (bytes: number) => randomBytes(bytes),
    logger: silentLogger,
  };
  const open = (limits: Partial<InsightLimits> = {}): Insight =>
    createInsight({ database, ground, limits: { flushIntervalMs: 3_600_000, ...limits } });
  const messages = (entries: readonly LogEntry[]) => entries.map(({ message }) => message);

  it("lists the newest entries, oldest first, across restarts", async () => {
    {
      await using insight = open();
      for (const message of ["one", "two", "three"]) insight.write("a", line(message));
      expect(messages(await insight.list("a", 2))).toEqual(["two", "three"]);
      insight.write("a", line("four"));
    }
    await using insight = open();
    now += 1;
    insight.write("a", { ...line("five"), level: "warn", source: "berth", requestId: null });
    const entries = await insight.list("a", 10);
    expect(messages(entries)).toEqual(["one", "two", "three", "four", "five"]);
    expect(entries.at(-1)).toMatchObject({
      level: "warn",
      source: "berth",
      requestId: null,
      at: now,
    });
    expect(new Set(entries.map(({ id }) => id)).size).toBe(5);
    expect(await insight.list("b", 10)).toEqual([]);
  });

  it("keeps the newest few thousand only", async () => {
    await using insight = open({ entriesKept: 100, linesPerSecond: 10_000 });
    for (let count = 0; count < 1_300; count++) insight.write("kept", line(`line ${count}`));
    while ((await insight.list("kept", 1))[0]?.message !== "line 1299") now += 1;
    const entries = await insight.list("kept", 5_000);
    expect(entries.length).toBeLessThanOrEqual(100 + 500);
    expect(entries.at(-1)?.message).toBe("line 1299");
  });

  it("drops a flood, says how much, and leaves others alone", async () => {
    await using insight = open({ linesPerSecond: 5 });
    now += 1_000 - (now % 1_000);
    for (let count = 0; count < 50; count++) insight.write("loud", line(`line ${count}`));
    insight.write("quiet", line("heard"));
    now += 1_000;
    const loud = await insight.list("loud", 100);
    expect(loud).toHaveLength(6);
    expect(loud.at(-1)).toMatchObject({ source: "berth", level: "warn" });
    expect(loud.at(-1)?.message).toContain("45 log lines were dropped");
    expect(messages(await insight.list("quiet", 10))).toEqual(["heard"]);
  });

  it("cuts long messages and takes what a database would refuse", async () => {
    await using insight = open({ maxMessageLength: 10 });
    insight.write("odd", line("x".repeat(50)));
    insight.write("odd", line("a\0b\ud800"));
    expect(messages(await insight.list("odd", 10))).toEqual([
      `${"x".repeat(10)}…`,
      "a\u2400b\ufffd",
    ]);
  });

  it("is followed live, from an id on, without a gap or a double", async () => {
    await using insight = open({ linesPerSecond: 10_000 });
    insight.write("live", line("before"));
    const [before] = await insight.list("live", 10);
    for (let count = 0; count < 300; count++) insight.write("live", line(`early ${count}`));
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const entry of insight.follow("live", before?.id ?? null, stop.signal)) {
        seen.push(entry.message);
        if (entry.message === "early 299") insight.write("live", line("late 1"));
        if (entry.message === "late 1") setImmediate(() => insight.write("live", line("late 2")));
        if (entry.message === "late 2") stop.abort();
      }
    })();
    await following;
    const early = Array.from({ length: 300 }, (_, count) => `early ${count}`);
    expect(seen).toEqual([...early, "late 1", "late 2"]);
  });

  it("reads on from the table when memory does not reach back", async () => {
    await using insight = open({ linesPerSecond: 10_000 });
    insight.write("far", line("first"));
    const [first] = await insight.list("far", 1);
    for (let count = 0; count < 1_000; count++) insight.write("far", line(`line ${count}`));
    let count = 0;
    for await (const entry of insight.follow(
      "far",
      first?.id ?? null,
      new AbortController().signal,
    )) {
      expect(entry.message).toBe(`line ${count}`);
      count += 1;
      if (count === 1_000) break;
    }
  });

  it("ends the followers of what is removed, and no others", async () => {
    await using insight = open();
    const stop = new AbortController();
    const follow = async (id: string) => {
      for await (const _entry of insight.follow(id, null, stop.signal));
      return id;
    };
    const gone = follow("gone");
    const kept = follow("kept-on");
    await new Promise((resolve) => setImmediate(resolve));
    await insight.remove("gone");
    expect(await Promise.race([gone, kept])).toBe("gone");
    stop.abort();
    await kept;
  });

  it("ends its followers when it closes, or their signal says so, and starts from now by default", async () => {
    const insight = open();
    insight.write("end", line("old"));
    const seen: string[] = [];
    const follow = async (signal: AbortSignal) => {
      for await (const { message } of insight.follow("end", null, signal)) {
        seen.push(message);
        if (message === "new") await insight.close();
      }
    };
    const gone = new AbortController();
    const both = Promise.all([follow(new AbortController().signal), follow(gone.signal)]);
    gone.abort();
    await new Promise((resolve) => setImmediate(resolve));
    insight.write("end", line("new"));
    await both;
    expect(seen).toEqual(["new"]);
    await expect(insight.list("end", 10)).resolves.toHaveLength(2);
  });
});
