import { BerthError, type ErrorCode } from "@berth/protocol";
import { expect, it } from "vitest";
import { exitCodeOf } from "../src/exit-codes.ts";

it.each<[ErrorCode, number]>([
  ["OPTION_INVALID", 2],
  ["APP_NOT_FOUND", 3],
  ["AUTH_REQUIRED", 4],
  ["CONSENT_REFUSED", 4],
  ["RELEASE_EXISTS", 5],
  ["PORT_BUSY", 5],
  ["DATA_FOLDER_LOCKED", 5],
  ["SERVER_UNREACHABLE", 6],
  ["RATE_LIMITED", 6],
  ["MANIFEST_INVALID", 1],
  ["BUILD_FAILED", 1],
  ["HEALTH_CHECK_FAILED", 1],
])("%s ends with %d", (code, exitCode) => {
  expect(exitCodeOf(new BerthError(code, "x"))).toBe(exitCode);
});

it("ends with 1 for what nobody foresaw", () => {
  expect(exitCodeOf(new Error("x"))).toBe(1);
});
