import type { LogEntryView } from "@berth/protocol/api";
import { describe, expect, it } from "vitest";
import { appendEntries } from "../../../src/features/logs/append-entries.ts";
import { isAtLeast, logText } from "../../../src/features/logs/log-level.ts";

const entry = (id: string): LogEntryView => ({
  id,
  at: "2026-11-21T10:00:00Z",
  level: "warn",
  source: "function",
  requestId: null,
  message: `message ${id}`,
});

describe("log entries", () => {
  it("are kept once each, in order, also when a stream repeats them after a break", () => {
    const held = appendEntries([entry("1"), entry("2")], [entry("2"), entry("3"), entry("3")]);
    expect(held.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  });

  it("are dropped from the oldest on beyond the bound", () => {
    const held = appendEntries([entry("1"), entry("2")], [entry("3")], 2);
    expect(held.map(({ id }) => id)).toEqual(["2", "3"]);
  });

  it("stay the same list when nothing is new", () => {
    const held = [entry("1")];
    expect(appendEntries(held, [entry("1")])).toBe(held);
  });

  it("are filtered from a level on", () => {
    expect(isAtLeast("warn", "info")).toBe(true);
    expect(isAtLeast("info", "info")).toBe(true);
    expect(isAtLeast("debug", "info")).toBe(false);
  });

  it("are copied one to a line", () => {
    expect(logText([entry("1")])).toBe("2026-11-21T10:00:00Z WARN function - message 1");
  });
});
