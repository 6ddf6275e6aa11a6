import { describe, expect, it } from "vitest";
import { BerthError, isBerthError, parseWireError, toWire } from "../src/index.ts";

describe("errors", () => {
  it("cross a boundary with code, message and details, without stack or cause", () => {
    const error = new BerthError("STATE_CONFLICT", "The key a changed.", {
      details: { key: "a" },
      cause: new Error("secret"),
    });
    expect(JSON.parse(JSON.stringify(toWire(error)))).toEqual({
      code: "STATE_CONFLICT",
      message: "The key a changed.",
      isRetryable: false,
      details: { key: "a" },
    });
  });

  it("hide what was not foreseen", () => {
    const wire = toWire(new TypeError("password=hunter2"));
    expect(wire.code).toBe("INTERNAL");
    expect(JSON.stringify(wire)).not.toContain("hunter2");
  });

  it("are known by their brand across realms, not by their class", () => {
    const foreign = { berthBrand: "berth.error.v1", code: "APP_NOT_FOUND" };
    expect(isBerthError(foreign, "APP_NOT_FOUND")).toBe(true);
    expect(isBerthError(foreign, "RATE_LIMITED")).toBe(false);
    expect(isBerthError({ code: "APP_NOT_FOUND" })).toBe(false);
    expect(isBerthError({ berthBrand: "berth.error.v1", code: "constructor" })).toBe(false);
  });

  it.each([undefined, null, 7, "x", [], { code: "toString" }, { code: 3, message: {} }])(
    "read %j from outside without trusting it",
    (value) => {
      const error = parseWireError(value, "UNAVAILABLE");
      expect(error.code).toBe("UNAVAILABLE");
      expect(error.message.length).toBeGreaterThan(0);
    },
  );

  it("bound a message from outside", () => {
    expect(parseWireError({ code: "INTERNAL", message: "x".repeat(9_000) }).message).toHaveLength(
      4_000,
    );
  });
});
