/**
 * What is particular about one platform's API: how the host speaks for its user there, what a view
 * may not say, what it may not see, and how reads travel together. A dialect knows one kind of
 * server and no app; grants are decided before it is asked.
 */
import type { ViewFetch } from "@berth/protocol";
import type { BatchFormat } from "./batch.ts";

export interface DialectRequest {
  readonly method: ViewFetch["method"];
  /** Below the base address, as it was decided on: normalized, without query. */
  readonly resource: string;
  readonly query: URLSearchParams;
  /** What the view sends; a dialect may change them. */
  readonly headers: Headers;
  readonly body: string | null;
}

export interface APIDialect {
  /** Sent with every call, over whatever a view sends. */
  readonly headers: Readonly<Record<string, string>>;
  /** The headers that carry the token. Default: `authorization: Bearer <token>`. */
  tokenHeaders?(token: string): Readonly<Record<string, string>>;
  /** True where the token was turned down before anything was done. Default: status 401. */
  isTokenRefused?(answer: { readonly status: number; readonly body: string }): boolean;
  /** @throws BerthError REQUEST_INVALID for what would get around the grants */
  check?(request: DialectRequest): void;
  /** A path with its ids replaced by `:id`, for figures; what it leaves is folded as elsewhere. */
  foldPath?(resource: string): string;
  /** The body of an answer as a view may see it. */
  cleanBody?(body: string): string;
  /** Default: the messages of batch.ts. */
  readonly batch?: BatchFormat;
}
