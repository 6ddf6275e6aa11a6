/**
 * One request to one remote host over one fresh connection, which is closed after it: nothing that
 * one app does to a connection can meet another's.
 *
 * Trust: the remote host is a stranger. Its head and body are bounded in size and in silence.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { pipeline, type Readable } from "node:stream";
import type { CellResponse, HeaderPairs } from "@berth/cells";
import { BerthError } from "@berth/protocol";
import { createBound } from "./bounded.ts";
import { passableHeaders } from "./headers.ts";
import type { Target } from "./target.ts";

export interface ExchangeLimits {
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
}

export interface Exchange {
  readonly socket: Socket;
  readonly target: Target;
  readonly method: string;
  readonly headers: HeaderPairs;
  readonly body: Readable;
  readonly signal: AbortSignal;
  readonly limits: ExchangeLimits;
  readonly onBytesOut: (bytes: number) => void;
  readonly onBytesIn: (bytes: number) => void;
}

/** @throws EGRESS_FAILED */
export function exchange(input: Exchange): Promise<CellResponse> {
  const { socket, target, method, limits, signal } = input;
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) =>
      new BerthError("EGRESS_FAILED", `${target.authority} ${why}.`, { cause });
    const hasBody = method !== "GET" && method !== "HEAD";
    const headers = passableHeaders(input.headers).flat();
    headers.push("host", target.authority, "connection", "close");
    const hasLength = input.headers.some(([name]) => name.toLowerCase() === "content-length");
    if (hasBody && !hasLength) headers.push("transfer-encoding", "chunked");
    const outgoing = httpRequest({
      createConnection: () => socket,
      method,
      path: target.path,
      headers,
      signal,
      maxHeaderSize: 32_768,
    });
    // A body of another length than declared would be read by the remote as a second request.
    Object.assign(outgoing, { strictContentLength: true });

    let silence: BerthError | undefined;
    const headTimer = setTimeout(() => {
      outgoing.destroy(fail(`sent no answer within ${limits.headTimeoutMs} ms`));
    }, limits.headTimeoutMs);
    socket.setTimeout(limits.idleTimeoutMs, () => {
      silence = fail(`was silent for ${limits.idleTimeoutMs} ms`);
      socket.destroy(silence);
    });

    outgoing.once("response", (incoming: IncomingMessage) => {
      clearTimeout(headTimer);
      resolve({
        status: incoming.statusCode ?? 502,
        headers: passableHeaders(pairsOf(incoming.rawHeaders)),
        body: bodyOf(incoming),
      });
    });
    outgoing.once("upgrade", (_response, upgraded: Socket) => {
      upgraded.destroy();
      reject(fail("wants to change the protocol, which is not possible here"));
    });
    outgoing.on("error", (error) => {
      clearTimeout(headTimer);
      input.body.destroy();
      reject(error instanceof BerthError ? error : fail("ended the connection", error));
    });
    if (hasBody) sendBody();
    else {
      input.body.resume();
      outgoing.end();
    }

    function sendBody(): void {
      const bound = createBound({
        maxBytes: limits.maxRequestBytes,
        onBytes: (bytes) => {
          input.onBytesOut(bytes);
          // While an upload makes progress the remote has no reason to answer.
          headTimer.refresh();
        },
        tooLarge: () => fail(`would be sent more than ${limits.maxRequestBytes} bytes`),
      });
      pipeline(input.body, bound, outgoing, (error) => {
        // The outgoing request has the error as its own by now.
        if (error !== undefined && error !== null) outgoing.destroy(error);
      });
    }

    function bodyOf(incoming: IncomingMessage): Readable {
      const bound = createBound({
        maxBytes: limits.maxResponseBytes,
        onBytes: input.onBytesIn,
        tooLarge: () => fail(`sent more than ${limits.maxResponseBytes} bytes`),
      });
      incoming.once("error", (cause) =>
        bound.destroy(silence ?? fail("broke its answer off", cause)),
      );
      // Whoever reads the body may leave early; the connection then has no more use.
      bound.once("close", () => socket.destroy());
      return incoming.pipe(bound);
    }
  });
}

function pairsOf(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    pairs.push([raw[index] ?? "", raw[index + 1] ?? ""]);
  }
  return pairs;
}
