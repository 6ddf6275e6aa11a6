/**
 * Fetches a file of a federated app: bounded, without credentials, again and with growing pauses
 * where the network or the server may recover. Checks nothing of what comes; see remote-files.ts.
 */
import { BerthError } from "@berth/protocol";
import { type Clock, sleep } from "../clock.ts";

export interface RetryPolicy {
  /** The first try included. */
  readonly attempts: number;
  /** The bound of the first pause; each further one is twice as wide, and the pause anywhere below. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
  /** Of one try. */
  readonly timeoutMs: number;
}

export const defaultRemoteRetry: RetryPolicy = Object.freeze({
  attempts: 4,
  firstPauseMs: 500,
  maxPauseMs: 8_000,
  timeoutMs: 20_000,
});

export interface FetchBytesOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly retry: RetryPolicy;
  readonly signal: AbortSignal;
  readonly cache?: RequestCache;
}

const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/** @throws BerthError SERVER_UNREACHABLE when it may pass, VIEW_LOAD_FAILED when it will not */
export async function fetchBytes(
  url: string,
  maxBytes: number,
  options: FetchBytesOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { retry, clock, random, signal } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchOnce(url, maxBytes, options);
    } catch (error) {
      signal.throwIfAborted();
      const mayPass = error instanceof BerthError && error.code === "SERVER_UNREACHABLE";
      if (!mayPass || attempt >= retry.attempts) throw error;
    }
    const bound = Math.min(retry.maxPauseMs, retry.firstPauseMs * 2 ** (attempt - 1));
    // At least half of it, so that a second try does not come before anything can have changed.
    await sleep(clock, Math.round(bound * (0.5 + random() / 2)), signal);
  }
}

async function fetchOnce(
  url: string,
  maxBytes: number,
  { fetch, clock, retry, signal, cache = "default" }: FetchBytesOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const deadline = new AbortController();
  const cancel = clock.after(retry.timeoutMs, () => deadline.abort());
  try {
    const response = await fetch(url, {
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache,
      signal: AbortSignal.any([signal, deadline.signal]),
    });
    if (!response.ok) {
      const code = passing.has(response.status) ? "SERVER_UNREACHABLE" : "VIEW_LOAD_FAILED";
      throw new BerthError(code, `${url} answered ${response.status}.`);
    }
    return await readBytes(url, response, maxBytes);
  } catch (cause) {
    if (cause instanceof BerthError) throw cause;
    const why = deadline.signal.aborted
      ? `had no whole answer within ${retry.timeoutMs} ms`
      : "could not be fetched";
    throw new BerthError("SERVER_UNREACHABLE", `${url} ${why}.`, { cause });
  } finally {
    cancel();
  }
}

async function readBytes(
  url: string,
  response: Response,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || value === undefined) break;
    length += value.byteLength;
    if (length > maxBytes) {
      // The rest is unwanted; a failure to cancel leaves nothing that could be used.
      reader?.cancel().catch(() => {});
      throw new BerthError(
        "PACKAGE_DIGEST_MISMATCH",
        `${url} is longer than the ${maxBytes} bytes that it may have; nothing of it is run.`,
      );
    }
    parts.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
