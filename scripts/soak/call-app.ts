/** One request to an installation's function, as a view makes it, and how it ended. */
import { type Agent, request as openRequest } from "node:http";
import { isErrorCode } from "@berth/protocol";

export type Outcome =
  | { readonly type: "answered"; readonly status: number; readonly text: string }
  /** Berth's own refusal. */
  | {
      readonly type: "refused";
      readonly code: string;
      readonly message: string;
      readonly isRetryable: boolean;
      readonly retryAfterMs: number;
    }
  /** The connection ended before the answer was complete; nothing says whether to retry. */
  | { readonly type: "broken"; readonly message: string };

export interface AppCall {
  readonly agent: Agent;
  readonly port: number;
  readonly installation: string;
  readonly token: string;
  /** GET changes nothing and may be repeated by the server, POST may not. */
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Travels in the query of a GET. */
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Undefined for an answer that is not Berth's own: an app may use any status. */
function findRefusal(text: string): Outcome | undefined {
  let wire: unknown;
  try {
    wire = JSON.parse(text);
  } catch {
    // Berth's own refusals are JSON.
    return undefined;
  }
  const isObject = typeof wire === "object" && wire !== null;
  const { code, message, isRetryable, details } = (isObject ? wire : {}) as Record<string, unknown>;
  if (!isErrorCode(code)) return undefined;
  const { retryAfterMs = 0 } = (details ?? {}) as Record<string, unknown>;
  return {
    type: "refused",
    code,
    message: String(message),
    isRetryable: isRetryable === true,
    retryAfterMs: Number(retryAfterMs),
  };
}

/** Never rejects. */
export function callApp(call: AppCall): Promise<Outcome> {
  const { agent, port, installation, token, method, path, body, timeoutMs } = call;
  const isPost = method === "POST";
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]);
  return new Promise((resolve) => {
    const broken = (error: Error) => resolve({ type: "broken", message: error.message });
    const request = openRequest(
      {
        agent,
        host: "127.0.0.1",
        port,
        path: isPost ? path : `${path}?${encodeURIComponent(body)}`,
        method,
        signal,
        headers: {
          host: `${installation}.apps.localhost:${port}`,
          authorization: `Bearer ${token}`,
          ...(isPost ? { "content-length": String(Buffer.byteLength(body)) } : {}),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", broken);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          const status = response.statusCode ?? 0;
          const refusal = status < 400 ? undefined : findRefusal(text);
          resolve(refusal ?? { type: "answered", status, text });
        });
      },
    );
    request.on("error", broken);
    request.end(isPost ? body : undefined);
  });
}
