/**
 * A view's only way to HTTP: paths below one base address, each decided by its grants, with a
 * bearer token that the view never sees.
 *
 * What does it, proxy-calls.ts, begins to be fetched when a proxy is made; the first calls wait for
 * it, in order.
 */
import type { ViewFetch, ViewFetchAnswer } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { createLazy, type Lazy } from "../lazy.ts";
import type { PermissionManager } from "../permissions/permission-manager.ts";
import type { OnServed } from "../runtime/app-tap.ts";
import type { APIProxyConfig } from "./api-proxy-config.ts";
import type { EndpointFigures } from "./endpoint-figures.ts";
import type { ProxyCalls } from "./proxy-calls.ts";

/** Gives a bearer token; `refused` is one that the server has just turned down. */
export type TokenSource = (refused?: string) => Promise<string>;

export interface APIProxyOptions {
  readonly config: Partial<APIProxyConfig> & Pick<APIProxyConfig, "baseURL">;
  readonly permissions: Pick<PermissionManager, "run" | "revision">;
  readonly token?: TokenSource;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** In [0, 1); spreads retries. Default `Math.random`. */
  readonly random?: () => number;
}

export class APIProxy {
  readonly #calls: Lazy<ProxyCalls>;

  /** @throws TypeError when `baseURL` is no address */
  constructor(options: APIProxyOptions) {
    new URL(options.config.baseURL, globalThis.location?.href);
    this.#calls = createLazy(async () => {
      const { ProxyCalls } = await import("./proxy-calls.ts");
      return new ProxyCalls(options);
    });
    this.#calls.begin();
  }

  /**
   * Makes one call for a view. An HTTP error is an answer, not a failure. Ends at once when the
   * grant that allows it is taken back.
   *
   * @throws BerthError REQUEST_INVALID, PERMISSION_DENIED, RATE_LIMITED (`details.retryAfterMs`),
   *   REQUEST_TIMEOUT, SERVER_UNREACHABLE, SANDBOX_RESPONSE_TOO_LARGE
   */
  async fetch(
    request: ViewFetch,
    signal?: AbortSignal,
    onServed?: OnServed,
  ): Promise<ViewFetchAnswer> {
    return (await this.#calls.get()).fetch(request, signal, onServed);
  }

  /**
   * A call of the runtime's own, such as a capability: below the same address, by POST with a
   * JSON body, not decided by `api` grants. The receiving side decides.
   */
  async post(path: string, body: unknown, signal?: AbortSignal): Promise<ViewFetchAnswer> {
    return (await this.#calls.get()).post(path, body, signal);
  }

  /** How each endpoint has answered so far; at most 101 rows, the busiest first. */
  endpoints(): readonly EndpointFigures[] {
    return this.#calls.current?.endpoints() ?? [];
  }
}
