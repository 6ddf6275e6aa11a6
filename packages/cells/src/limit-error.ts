/** Errors that say which limit was met, who holds it, and where it stands. */

import { BerthError, type ErrorCode } from "@berth/protocol";
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
