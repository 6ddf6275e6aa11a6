/** One request and its whole answer, within a deadline that covers the body too. */
import { BerthError, isBerthError, type ViewFetchAnswer } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { headersForView } from "./headers.ts";
import { readText } from "./read-body.ts";

export interface Received {
  readonly status: number;
  /** As the view gets it. */
  readonly answer: ViewFetchAnswer;
  /** All that this page may see. */
  readonly headers: Headers;
  /** What the server asks to wait before the next try. */
  readonly retryMs: number | undefined;
}

export interface OneRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | null;
  readonly signal: AbortSignal | undefined;
}

export interface SendOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

/** @throws BerthError REQUEST_TIMEOUT, SERVER_UNREACHABLE, SANDBOX_RESPONSE_TOO_LARGE */
export async function sendOnce(request: OneRequest, options: SendOptions): Promise<Received> {
  const { url, method, headers, body, signal } = request;
  const { clock, timeoutMs, maxAnswerBytes } = options;
  const deadline = new AbortController();
  const cancel = clock.after(timeoutMs, () => deadline.abort());
  try {
    const response = await options.fetch(url, {
      method,
      headers,
      body,
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
    });
    const answer = {
      status: response.status,
      headers: headersForView(response.headers),
      body: await readText(response, maxAnswerBytes),
    };
    const retryMs = retryAfterMs(response, clock);
    return { status: response.status, answer, headers: response.headers, retryMs };
  } catch (cause) {
    if (isBerthError(cause)) throw cause;
    const what = `${method} ${url.pathname}`;
    if (deadline.signal.aborted)
      throw new BerthError(
        "REQUEST_TIMEOUT",
        `${what} had no whole answer within ${timeoutMs} ms.`,
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

function retryAfterMs(response: Response, clock: Clock): number | undefined {
  const value = response.headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now());
}
