/**
 * One grant as something that can be used and taken back: one object for each grant.
 *
 * Invariant: once taken back it stays so. Every use throws, and those under way end at once,
 * whatever the work itself does with its signal.
 */
import type { AccessRequest, BerthError } from "@berth/protocol";

/** What is done with a permission; given up when the signal aborts. */
export type PermittedWork<Result> = (signal: AbortSignal) => Result | Promise<Result>;

export interface Capability {
  readonly grantId: string;
  /** Aborts with the PERMISSION_DENIED that every later use throws. */
  readonly signal: AbortSignal;
  /**
   * Decides by this grant alone, records, and does the work.
   *
   * @throws BerthError PERMISSION_DENIED, RATE_LIMITED, and what the work throws
   */
  use<Result>(
    request: AccessRequest,
    work: PermittedWork<Result>,
    signal?: AbortSignal,
  ): Promise<Result>;
}

export interface RevocableCapability extends Capability {
  /** Idempotent: the first error stays. */
  revoke(error: BerthError): void;
}

export function createCapability(
  grantId: string,
  require: (request: AccessRequest) => void,
): RevocableCapability {
  const revoking = new AbortController();
  return Object.freeze({
    grantId,
    signal: revoking.signal,
    async use<Result>(
      request: AccessRequest,
      work: PermittedWork<Result>,
      signal?: AbortSignal,
    ): Promise<Result> {
      revoking.signal.throwIfAborted();
      require(request);
      return await orAborted(work, signal ? [revoking.signal, signal] : [revoking.signal]);
    },
    revoke(error: BerthError) {
      revoking.abort(error);
    },
  });
}

/** Does the work, unless one of the signals aborts first: then rejects at once with its reason. */
export async function orAborted<Result>(
  work: PermittedWork<Result>,
  signals: readonly AbortSignal[],
): Promise<Result> {
  const signal = AbortSignal.any([...signals]);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work(signal), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
