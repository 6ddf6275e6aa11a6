/**
 * The proxy at work, fetched when a page has an address for its apps to call (api-proxy.ts).
 * Retries only what is safe to do twice; identical reads share one request, and an answer is kept for
 * as long as it says.
 *
 * Trust: the request comes from a view and has been parsed for shape; its path, headers and
 * what the answer's body weighs are checked here. No cookies go out and no redirect is followed.
 * Invariant: every read is decided, also one that is answered from the cache.
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
import type { OnServed } from "../runtime/app-tap.ts";
import type { APIDialect } from "./api-dialect.ts";
import type { APIProxyOptions } from "./api-proxy.ts";
import { type APIProxyConfig, defaultAPIProxyConfig } from "./api-proxy-config.ts";
import { type Batch, createBatch } from "./batch.ts";
import {
  createEndpointMeter,
  type EndpointFigures,
  type EndpointMeter,
  endpointOf,
} from "./endpoint-figures.ts";
import { headersForView, outgoingHeaders } from "./headers.ts";
import { createRateWindow, type RateWindow } from "./rate-window.ts";
import { createReadCache, type ReadCache } from "./read-cache.ts";
import { type Received, sendOnce } from "./send-once.ts";
import { createSharedReads, type SharedReads } from "./shared-reads.ts";

/** One request on its way, checked. */
interface Outgoing {
  readonly url: URL;
  readonly method: ViewFetch["method"];
  readonly headers: Headers;
  readonly body: string | null;
  readonly signal: AbortSignal | undefined;
  /** Tries in all. */
  readonly attempts: number;
  /** Whether it may travel with others. */
  readonly isBatched?: boolean;
  /** False for what carries others, each of which has been counted. */
  readonly isCounted?: boolean;
}

const firstBackoffMs = 200;
const maxBackoffMs = 5_000;
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);
/** A read that names one of these wants an answer of its own. */
const conditional = ["cache-control", "pragma", "range", "if-match", "if-none-match"].concat([
  "if-modified-since",
  "if-unmodified-since",
  "if-range",
]);

function setToken(headers: Headers, token: string, dialect: APIDialect | null): void {
  const named = dialect?.tokenHeaders?.(token) ?? { authorization: `Bearer ${token}` };
  for (const [name, value] of Object.entries(named)) headers.set(name, value);
}

function refusesToken(answer: ViewFetchAnswer, dialect: APIDialect | null): boolean {
  return dialect?.isTokenRefused?.(answer) ?? answer.status === 401;
}

export class ProxyCalls {
  readonly #config: APIProxyConfig;
  readonly #options: APIProxyOptions;
  readonly #clock: Clock;
  readonly #window: RateWindow;
  readonly #base: URL;
  readonly #cache: ReadCache;
  readonly #shared: SharedReads<ViewFetchAnswer>;
  readonly #meter: EndpointMeter;
  readonly #batch: Batch | undefined;
  #cachedRevision: number;
  /** Begun and ended ones alike: a read that saw it change may have missed a write. */
  #writes = 0;
  #canRevalidate = true;

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
    this.#cache = createReadCache({
      clock: this.#clock,
      maxEntries: this.#config.maxCachedAnswers,
      maxLength: this.#config.maxCachedLength,
      assumedFreshMs: this.#config.assumedFreshMs,
    });
    this.#cachedRevision = options.permissions.revision;
    this.#shared = createSharedReads();
    this.#meter = createEndpointMeter(this.#clock);
    this.#batch = this.#createBatch();
  }

  async fetch(
    request: ViewFetch,
    signal?: AbortSignal,
    onServed?: OnServed,
  ): Promise<ViewFetchAnswer> {
    const { method } = request;
    const resource = normalizeResourcePath(request.path);
    const action = actionOfMethod(method);
    return await this.#options.permissions.run(
      { type: "api", resource, action },
      async (permitted) => {
        const url = this.#resolve(request.path);
        const headers = outgoingHeaders(request.headers);
        const { dialect } = this.#config;
        const query = url.searchParams;
        dialect?.check?.({ method, resource, query, headers, body: request.body });
        const endpoint = endpointOf(method, dialect?.foldPath?.(resource) ?? resource);
        if (method === "GET" && !conditional.some((name) => headers.has(name)))
          return await this.#read(url, headers, endpoint, permitted, onServed);
        const attempts = action === "read" ? this.#config.retryAttempts + 1 : 1;
        const body = action === "read" ? null : request.body;
        const outgoing = { url, method, headers, body, signal: permitted, attempts };
        return action === "read"
          ? (await this.#timed(endpoint, outgoing)).answer
          : await this.#write(endpoint, outgoing);
      },
      signal,
    );
  }

  async post(path: string, body: unknown, signal?: AbortSignal): Promise<ViewFetchAnswer> {
    const { answer } = await this.#timed(endpointOf("POST", path), {
      url: this.#resolve(path),
      method: "POST",
      headers: new Headers({ "content-type": "application/json" }),
      body: JSON.stringify(body),
      signal,
      attempts: 1,
    });
    return answer;
  }

  endpoints(): readonly EndpointFigures[] {
    return this.#meter.figures();
  }

  async #read(
    url: URL,
    headers: Headers,
    endpoint: string,
    signal: AbortSignal,
    onServed: OnServed | undefined,
  ): Promise<ViewFetchAnswer> {
    const { revision } = this.#options.permissions;
    if (revision !== this.#cachedRevision) this.#cache.clear();
    this.#cachedRevision = revision;
    // As JSON, so that no header or address can spell another's key.
    const key = JSON.stringify([revision, url.href, [...headers]]);
    const kept = this.#cache.find(key);
    if (kept?.isFresh) {
      this.#meter.cached(endpoint);
      onServed?.("cache");
      return kept.answer;
    }
    const writes = this.#writes;
    const flight = JSON.stringify([writes, key]);
    if (this.#shared.has(flight)) onServed?.("shared");
    return await this.#shared.run(
      flight,
      async (shared) => {
        const etag = this.#canRevalidate ? kept?.etag : undefined;
        const read = { url, method: "GET", headers, body: null, signal: shared } as const;
        const again =
          etag === undefined ? undefined : await this.#revalidate(endpoint, read, key, etag);
        if (again !== undefined) return again;
        const attempts = this.#config.retryAttempts + 1;
        const received = await this.#timed(endpoint, { ...read, attempts, isBatched: true });
        const isCurrent =
          this.#writes === writes && this.#options.permissions.revision === revision;
        if (isCurrent) this.#cache.keep(key, received.answer, received.headers);
        return received.answer;
      },
      signal,
    );
  }

  /** Undefined when the server cannot be asked that way: the read is then made plainly. */
  async #revalidate(
    endpoint: string,
    read: Omit<Outgoing, "attempts">,
    key: string,
    etag: string,
  ): Promise<ViewFetchAnswer | undefined> {
    const { url } = read;
    const headers = new Headers(read.headers);
    headers.set("if-none-match", etag);
    // Left alone, the browser says no-cache, to which many servers answer in full. Another origin
    // may not let this header pass.
    if (url.origin === (globalThis.location?.origin ?? url.origin))
      headers.set("cache-control", "max-age=0");
    try {
      const received = await this.#timed(endpoint, { ...read, headers, attempts: 1 });
      if (received.status === 304) return this.#cache.refresh(key, received.headers);
      if (passing.has(received.status)) return undefined;
      this.#cache.keep(key, received.answer, received.headers);
      return received.answer;
    } catch (error) {
      if (!isBerthError(error, "SERVER_UNREACHABLE")) throw error;
      // Another origin that does not let this header pass looks just like one that is away.
      this.#canRevalidate = false;
      return undefined;
    }
  }

  async #write(endpoint: string, outgoing: Outgoing): Promise<ViewFetchAnswer> {
    this.#writes += 1;
    try {
      return (await this.#timed(endpoint, outgoing)).answer;
    } finally {
      // Also where it failed: it may have been done all the same.
      this.#writes += 1;
      this.#cache.expireAll();
    }
  }

  #timed(endpoint: string, outgoing: Outgoing): Promise<Received> {
    return this.#meter.time(endpoint, () => this.#persist(outgoing), outgoing.signal);
  }

  /** Tries until it has an answer that stands, or has tried often enough. */
  async #persist(outgoing: Outgoing): Promise<Received> {
    const { signal, attempts } = outgoing;
    const { dialect } = this.#config;
    const headers = new Headers(outgoing.headers);
    for (const [name, value] of Object.entries(dialect?.headers ?? {})) headers.set(name, value);
    let refusedToken: string | undefined;
    for (let attempt = 1; ; attempt++) {
      if (outgoing.isCounted !== false) this.#window.enter();
      let waitMs = this.#backoffMs(attempt);
      try {
        const token = await this.#options.token?.(refusedToken);
        if (token !== undefined) setToken(headers, token, dialect);
        const received = await this.#send(outgoing, headers, attempt === 1);
        const isRefused = refusesToken(received.answer, dialect);
        if (isRefused && token !== undefined && refusedToken === undefined) {
          // The server refused it before doing anything, so that any method may be sent again.
          refusedToken = token;
          attempt -= 1;
          continue;
        }
        if (!passing.has(received.status) || attempt >= attempts) return received;
        waitMs = received.retryMs ?? waitMs;
        if (waitMs > maxBackoffMs) return received;
      } catch (error) {
        const mayPass = isBerthError(error) && error.definition.isRetryable;
        if (signal?.aborted || !mayPass || attempt >= attempts) throw error;
      }
      await sleep(this.#clock, waitMs, signal);
    }
  }

  /** @param headers - with the token, which a batch carries once for all */
  async #send(outgoing: Outgoing, headers: Headers, isFirst: boolean): Promise<Received> {
    const { url, signal } = outgoing;
    if (outgoing.isBatched && isFirst && this.#batch !== undefined) {
      const below = url.pathname.slice(this.#prefix.length) + url.search;
      const answer = await this.#batch.read({ url: below, headers: outgoing.headers }, signal);
      if (answer !== undefined) {
        const { status, body } = answer;
        const clean = this.#config.dialect?.cleanBody?.(body) ?? body;
        const seen = { status, headers: headersForView(answer.headers), body: clean };
        return { status, answer: seen, headers: answer.headers, retryMs: undefined };
      }
    }
    const received = await sendOnce(
      { ...outgoing, headers },
      {
        fetch: this.#options.fetch ?? globalThis.fetch.bind(globalThis),
        clock: this.#clock,
        timeoutMs: this.#config.timeout,
        maxAnswerBytes: this.#config.maxAnswerBytes,
      },
    );
    const clean = this.#config.dialect?.cleanBody;
    // A batch's answer is cleaned read by read.
    if (clean === undefined || outgoing.isCounted === false) return received;
    return { ...received, answer: { ...received.answer, body: clean(received.answer.body) } };
  }

  #createBatch(): Batch | undefined {
    const { batchPath, maxBatchedReads } = this.#config;
    if (batchPath === null) return undefined;
    const url = this.#resolve(batchPath);
    return createBatch({
      clock: this.#clock,
      maxReads: maxBatchedReads,
      format: this.#config.dialect?.batch,
      basePath: this.#prefix,
      send: async (json, signal) => {
        const { answer } = await this.#persist({
          url,
          method: "POST",
          headers: new Headers({ "content-type": "application/json" }),
          body: json,
          signal,
          attempts: 1,
          isCounted: false,
        });
        if (passing.has(answer.status))
          throw new BerthError("UNAVAILABLE", `The batch was answered by ${answer.status}.`);
        return answer.status === 200 ? answer.body : undefined;
      },
    });
  }

  get #prefix(): string {
    return this.#base.pathname.replace(/\/$/, "");
  }

  /** Keeps the call below the base address, whatever the path holds. */
  #resolve(path: string): URL {
    const prefix = this.#prefix;
    const url = new URL(prefix + path, this.#base);
    const isBelow = prefix === "" || url.pathname.startsWith(`${prefix}/`);
    if (url.origin !== this.#base.origin || !isBelow)
      throw new BerthError("REQUEST_INVALID", `The path ${path.slice(0, 200)} leads elsewhere.`);
    url.hash = "";
    return url;
  }

  /** Full jitter over a doubling bound. */
  #backoffMs(attempt: number): number {
    const bound = Math.min(maxBackoffMs, firstBackoffMs * 2 ** (attempt - 1));
    return Math.round(bound * (this.#options.random ?? Math.random)());
  }
}
