/** Errors that say which limit was met, who holds it, and where it stands. */

import { BerthError, type ErrorCode, isBerthError } from "@berth/protocol";
import type { LimitEnforcer } from "./posture/posture.ts";

export interface MetLimit {
  /** As posture names it, such as `memory` or `egress rate`. */
  readonly limit: string;
  readonly enforcer: Exclude<LimitEnforcer, "none">;
  /** In the unit of the limit's field in `CellLimits`. */
  readonly allowed: number;
  readonly retryAfterSeconds?: number;
}

/** @param met - becomes the error's `details` as it is */
export function createLimitError(code: ErrorCode, message: string, met: MetLimit): BerthError {
  return new BerthError(code, message, { details: { ...met } });
}

/** The limit that an error was caused by, if it was made by `createLimitError`. */
export function findMetLimit(error: unknown): Omit<MetLimit, "retryAfterSeconds"> | undefined {
  if (!isBerthError(error)) return undefined;
  const { limit, enforcer, allowed } = (error.details ?? {}) as Partial<MetLimit>;
  if (typeof limit !== "string" || typeof enforcer !== "string") return undefined;
  return typeof allowed === "number" ? { limit, enforcer, allowed } : undefined;
}

/** As it stands in an app's log. */
export function formatLimitLine(error: BerthError): string {
  const met = findMetLimit(error);
  const suffix =
    met === undefined ? "" : ` [limit: ${met.limit}, allowed: ${met.allowed}, by: ${met.enforcer}]`;
  return `${error.code}: ${error.message}${suffix}`;
}
