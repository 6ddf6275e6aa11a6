import type { APIDialect } from "./api-dialect.ts";

/** How calls to the platform's API or the app's function are made. */
export interface APIProxyConfig {
  /** Absolute, or relative to the page; a path in it is kept before the call's own path. */
  readonly baseURL: string;
  /** Milliseconds until a call is given up, each attempt by itself. */
  readonly timeout: number;
  /** Further attempts of GET and HEAD after a failure that may pass. */
  readonly retryAttempts: number;
  /** Milliseconds. */
  readonly rateLimitWindow: number;
  /** Calls in one window; retries count. */
  readonly maxRequestsPerWindow: number;
  /** Bytes of an answer's body; a longer one is refused. */
  readonly maxAnswerBytes: number;
  /** Answers kept by their `cache-control` and `etag`; 0 keeps none. */
  readonly maxCachedAnswers: number;
  /** Characters of all kept answers together: bodies, addresses, the view's headers. */
  readonly maxCachedLength: number;
  /**
   * Where reads of one tick go together, below the base address; null sends each by itself. The
   * messages are in batch.ts.
   */
  readonly batchPath: string | null;
  /** Reads in one batch. */
  readonly maxBatchedReads: number;
  /** Milliseconds for which an answer that says nothing of its age may be used unasked. */
  readonly assumedFreshMs: number;
  /** What is particular about the platform, such as `parseServerDialect`; null for nothing. */
  readonly dialect: APIDialect | null;
}

export const defaultAPIProxyConfig: Omit<APIProxyConfig, "baseURL"> = Object.freeze({
  timeout: 30_000,
  retryAttempts: 3,
  rateLimitWindow: 60_000,
  maxRequestsPerWindow: 600,
  maxAnswerBytes: 8_388_608,
  maxCachedAnswers: 200,
  maxCachedLength: 4_194_304,
  batchPath: null,
  maxBatchedReads: 20,
  assumedFreshMs: 0,
  dialect: null,
});
