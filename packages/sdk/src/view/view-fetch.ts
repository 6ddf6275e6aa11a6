/** `fetch` as a view has it: text in, text out, a real `Response`. */
import type { HostApi, ViewFetch } from "@berth/protocol";

export interface ViewFetchInit {
  /** Default GET, or POST with a body. */
  readonly method?: ViewFetch["method"];
  readonly headers?: HeadersInit;
  /** Text of at most 1 MiB. */
  readonly body?: string;
  /** Sent as JSON, in place of `body`. */
  readonly json?: unknown;
}

const bodiless = new Set([204, 205, 304]);

export function createViewFetch(
  host: Pick<HostApi, "fetch">,
): (path: string, init?: ViewFetchInit) => Promise<Response> {
  return async (path, init = {}) => {
    const headers = new Headers(init.headers);
    const isJson = init.json !== undefined;
    if (isJson && !headers.has("content-type")) headers.set("content-type", "application/json");
    const body = isJson ? JSON.stringify(init.json) : (init.body ?? null);
    const answer = await host.fetch({
      method: init.method ?? (body === null ? "GET" : "POST"),
      path,
      headers: [...headers],
      body,
    });
    return new Response(bodiless.has(answer.status) ? null : answer.body, {
      status: answer.status,
      headers: answer.headers.map(([name, value]): [string, string] => [name, value]),
    });
  };
}
