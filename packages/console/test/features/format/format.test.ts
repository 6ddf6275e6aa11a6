import { describe, expect, it } from "vitest";
import { createFormat } from "../../../src/features/format/format.ts";

const en = createFormat("en");
const pt = createFormat("pt-BR");
const nowMs = Date.parse("2026-11-21T12:00:00Z");

describe("formats", () => {
  it.each([
    [0, "0 byte"],
    [999, "999 byte"],
    [1_000, "1 kB"],
    [48_213, "48.2 kB"],
    [500_000_000, "500 MB"],
    [2.5e12, "2.5 TB"],
  ])("writes %d bytes as %s", (bytes, words) => {
    expect(en.bytes(bytes)).toBe(words);
  });

  it.each([
    [3.4, "3 ms"],
    [30_000, "30 sec"],
    [90_000, "1.5 min"],
    [7_200_000, "2 hr"],
  ])("writes %d ms as %s", (durationMs, words) => {
    expect(en.durationMs(durationMs)).toBe(words);
  });

  it("speaks the reader's language", () => {
    expect(pt.number(1234.5)).toBe("1.234,5");
    expect(pt.ago("2026-11-20T12:00:00Z", nowMs)).toBe("ontem");
  });

  it("says how long ago something was", () => {
    expect(en.ago("2026-11-21T11:57:00Z", nowMs)).toBe("3 minutes ago");
    expect(en.ago("2026-11-21T11:59:50Z", nowMs)).toBe("this minute");
    expect(en.ago("2024-11-20T12:00:00Z", nowMs)).toBe("2 years ago");
  });
});
