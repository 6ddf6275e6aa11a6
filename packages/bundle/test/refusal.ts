import { type BerthError, type ErrorCode, isBerthError } from "@berth/protocol";
import { expect } from "vitest";

/** The Berth error that something fails with; fails the test when it succeeds or fails otherwise. */
export async function refusal(act: () => unknown): Promise<BerthError> {
  try {
    await act();
  } catch (error) {
    if (isBerthError(error)) return error;
    throw error;
  }
  throw new Error("expected a refusal");
}

export async function expectRefusal(
  act: () => unknown,
  code: ErrorCode,
  message: RegExp | string,
): Promise<void> {
  const error = await refusal(act);
  expect({ code: error.code, message: error.message }).toEqual({
    code,
    message:
      typeof message === "string"
        ? expect.stringContaining(message)
        : expect.stringMatching(message),
  });
}
