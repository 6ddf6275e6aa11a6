/**
 * A view's only way to HTTP: paths below one base address, each decided by its grants, with a
 * bearer token that the view never sees. Retries only what is safe to do twice.
 *
 * Trust: the request comes from a view and has been parsed for shape; its path, headers and
 * what the answer's body weighs are checked here. No cookies go out and no redirect is followed.
 */
import {
  actionOfMethod,
  BerthError,
  isBerthError,
  normalizeResourcePath,
  type ViewFetch,
  type ViewFetchAnswer,
} from "@berth/protocol";
import { type Clock, sleep, systemClock } from "../clock.ts";
import type { PermissionManager } from "../permissions/permission-manager.ts";
import { type APIProxyConfig, defaultAPIProxyConfig } from "./api-proxy-config.ts";
import { headersForView, outgoingHeaders } from "./headers.ts";
import { createRateWindow, type RateWindow } from "./rate-window.ts";
import { readText } from "./read-body.ts";

/** Gives a bearer token; `refused` is one that the server has just turned down. */
export type TokenSource = (refused?: string) => Promise<string>;

export interface APIProxyOptions {
  readonly config: Partial<APIProxyConfig> & Pick<APIProxyConfig, "baseURL">;
  readonly permissions: Pick<PermissionManager, "require">;
  readonly token?: TokenSource;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** In [0, 1); spreads retries. Default `Math.random`. */
  readonly random?: () => number;
}

const firstBackoffMs = 200;
const maxBackoffMs = 5_000;
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

export class APIProxy {
  readonly #config: APIProxyConfig;
  readonly #options: APIProxyOptions;
  readonly #clock: Clock;
  readonly #window: RateWindow;
  readonly #base: URL;

  constructor(options: APIProxyOptions) {
    this.#options = options;
    this.#config = { ...defaultAPIProxyConfig, ...options.config };
    this.#clock = options.clock ?? systemClock;
    this.#base = new URL(this.#config.baseURL, globalThis.location?.href);
    this.#window = createRateWindow(
      this.#config.maxRequestsPerWindow,
      this.#config.rateLimitWindow,
      this.#clock,
    );
  }

  /**
   * Makes one call for a view. An HTTP error is an answer, not a failure.
   *
   * @throws BerthError REQUEST_INVALID, PERMISSION_DENIED, RATE_LIMITED, REQUEST_TIMEOUT,
   *   SERVER_UNREACHABLE, SANDBOX_RESPONSE_TOO_LARGE
   */
  async fetch(request: ViewFetch, signal?: AbortSignal): Promise<ViewFetchAnswer> {
    const resource = normalizeResourcePath(request.path);
    this.#options.permissions.require({
      type: "api",
      resource,
      action: actionOfMethod(request.method),
    });
    return this.#answer(request.path, request, signal);
  }

  /**
   * A call of the runtime's own, such as a capability: below the same address, by POST with a
   * JSON body, not decided by `api` grants. The receiving side decides.
   */
  async post(path: string, body: unknown, signal?: AbortSignal): Promise<ViewFetchAnswer> {
    const headers: [string, string][] = [["content-type", "application/json"]];
    return this.#answer(
      path,
      { method: "POST", path, headers, body: JSON.stringify(body) },
      signal,
    );
  }

  async #answer(
    path: string,
    request: ViewFetch,
    signal: AbortSignal | undefined,
  ): Promise<ViewFetchAnswer> {
    const url = this.#resolve(path);
    const headers = outgoingHeaders(request.headers);
    const isSafe = request.method === "GET" || request.method === "HEAD";
    const attempts = isSafe ? this.#config.retryAttempts + 1 : 1;
    let refusedToken: string | undefined;
    for (let attempt = 1; ; attempt++) {
      this.#window.enter();
      let waitMs = this.#backoffMs(attempt);
      try {
        const token = await this.#options.token?.(refusedToken);
        if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
        const { answer, retryMs } = await this.#send(url, request, headers, signal);
        if (answer.status === 401 && token !== undefined && refusedToken === undefined) {
          // The server refused it before doing anything, so that any method may be sent again.
          refusedToken = token;
          attempt -= 1;
          continue;
        }
        if (!passing.has(answer.status) || attempt >= attempts) return answer;
        waitMs = retryMs ?? waitMs;
        if (waitMs > maxBackoffMs) return answer;
      } catch (error) {
        const mayPass = isBerthError(error) && error.definition.isRetryable;
        if (signal?.aborted || !mayPass || attempt >= attempts) throw error;
      }
      await sleep(this.#clock, waitMs, signal);
    }
  }

  /** Keeps the call below the base address, whatever the path holds. */
  #resolve(path: string): URL {
    const prefix = this.#base.pathname.replace(/\/$/, "");
    const url = new URL(prefix + path, this.#base);
    const isBelow = prefix === "" || url.pathname.startsWith(`${prefix}/`);
    if (url.origin !== this.#base.origin || !isBelow)
      throw new BerthError("REQUEST_INVALID", `The path ${path.slice(0, 200)} leads elsewhere.`);
    url.hash = "";
    return url;
  }

  /** One attempt; the deadline covers the body too. */
  async #send(
    url: URL,
    request: ViewFetch,
    headers: Headers,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly answer: ViewFetchAnswer; readonly retryMs: number | undefined }> {
    const deadline = new AbortController();
    const cancel = this.#clock.after(this.#config.timeout, () => deadline.abort());
    try {
      const send = this.#options.fetch ?? globalThis.fetch.bind(globalThis);
      const response = await send(url, {
        method: request.method,
        headers,
        body: request.method === "GET" || request.method === "HEAD" ? null : request.body,
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        cache: "no-store",
        signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
      });
      const answer = {
        status: response.status,
        headers: headersForView(response.headers),
        body: await readText(response, this.#config.maxAnswerBytes),
      };
      return { answer, retryMs: retryAfterMs(response, this.#clock) };
    } catch (cause) {
      if (isBerthError(cause)) throw cause;
      const what = `${request.method} ${url.pathname}`;
      if (deadline.signal.aborted)
        throw new BerthError(
          "REQUEST_TIMEOUT",
          `${what} had no whole answer within ${this.#config.timeout} ms.`,
          { cause },
        );
      throw new BerthError(
        "SERVER_UNREACHABLE",
        `${what} on ${url.host} failed: no connection, or a redirect.`,
        { cause },
      );
    } finally {
      cancel();
    }
  }

  /** Full jitter over a doubling bound. */
  #backoffMs(attempt: number): number {
    const bound = Math.min(maxBackoffMs, firstBackoffMs * 2 ** (attempt - 1));
    return Math.round(bound * (this.#options.random ?? Math.random)());
  }
}

function retryAfterMs(response: Response, clock: Clock): number | undefined {
  const value = response.headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now());
}
