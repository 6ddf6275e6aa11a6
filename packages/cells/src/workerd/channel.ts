/**
 * The server's way into one cell: HTTP over its pinned socket.
 *
 * Trust: the answer of a cell is hostile. Its head is bounded by Node's parser, its body by
 * `CellBody`; only three fault codes are taken from it.
 */

import { type IncomingMessage, request as openRequest } from "node:http";
import type { Socket } from "node:net";
import { BerthError, isBerthError, parseWireError } from "@berth/protocol";
import type { CellRequest, CellResponse, CellUpgrade } from "../calls.ts";
import type { Exchange } from "../driver.ts";
import { toAsciiJson } from "../json.ts";
import { createLimitError } from "../limit-error.ts";
import { CellBody } from "./cell-body.ts";
import { CellConnections } from "./connections.ts";
import { appendHeaders, toPairs } from "./headers.ts";
import type { PinnedSocket } from "./pinned-socket.ts";
import { pumpUpload } from "./upload.ts";
import { maxWholeBytes, readWhole, WholeResponse } from "./whole-response.ts";

/** The engine closes idle connections after five seconds; we do so before, to never race it. */
const idleConnectionMs = 4_000;
const maxOperationBytes = 32 * 1024;
const maxFaultLength = 32 * 1024;
const believedFaults: ReadonlySet<string> = new Set([
  "FUNCTION_THREW",
  "MODULE_INVALID",
  "CELL_LOST",
]);

/** What a cell is asked to do; see `isolate/host.worker.ts`. */
export interface Operation {
  readonly op: "load" | "invoke" | "hook" | "entry" | "ping" | "unload";
  readonly key?: string;
  readonly id?: string;
  /** The hook's name, or the entry's kind. */
  readonly name?: string;
  readonly props?: unknown;
}

export interface ChannelOptions {
  readonly socket: PinnedSocket;
  /** What a broken connection means: the cell's end explains most. */
  explain(error: Error): Promise<BerthError>;
}

/** @param operation - a text is what `createInvokeEncoder` made */
function encodeOperation(operation: Operation | string): string {
  const encoded = typeof operation === "string" ? operation : toAsciiJson(operation);
  if (encoded.length > maxOperationBytes) {
    const message = `A request's handle, props and id are ${encoded.length} bytes; at most ${maxOperationBytes} pass.`;
    const met = {
      limit: "request props",
      enforcer: "gateway",
      allowed: maxOperationBytes,
    } as const;
    throw createLimitError("REQUEST_TOO_LARGE", message, met);
  }
  return encoded;
}

export function findDeclaredBytes(headers: CellRequest["headers"]): number | undefined {
  for (const [name, value] of headers) {
    if (name.length === 14 && name.toLowerCase() === "content-length") return Number(value);
  }
  return undefined;
}

function parseFault(header: string): BerthError {
  try {
    const fault = parseWireError(JSON.parse(header.slice(0, maxFaultLength)), "CELL_LOST");
    if (believedFaults.has(fault.code)) return fault;
  } catch {
    // Not what our module writes: the cell is not to be believed at all.
  }
  return new BerthError("CELL_LOST", "The cell answered with a fault that cannot be read.");
}

function buildHeaders(request: CellRequest, operation: string, isUpgrade: boolean): string[] {
  const flat = ["host", request.host, "berth-cell", operation];
  if (isUpgrade) flat.push("connection", "Upgrade", "upgrade", "websocket");
  if (request.scheme === "https") flat.push("berth-proto", "https");
  const dropped = request.body === null ? ["host", "content-length", "expect"] : ["host", "expect"];
  appendHeaders(flat, request.headers, dropped);
  return flat;
}

export class Channel {
  readonly #connections: CellConnections;
  readonly #options: ChannelOptions;

  constructor(options: ChannelOptions) {
    this.#options = options;
    const { path } = options.socket;
    this.#connections = new CellConnections({ path, idleMs: idleConnectionMs });
  }

  send(
    operation: Operation | string,
    request: CellRequest,
    exchange: Exchange,
  ): Promise<CellResponse> {
    // Without being asked for one, a WebSocket is a failure.
    return this.#ask(operation, request, exchange, false) as Promise<CellResponse>;
  }

  /** Asks for a WebSocket, over a connection of its own that is never used again. */
  upgrade(
    operation: Operation | string,
    request: CellRequest,
    exchange: Exchange,
  ): Promise<CellUpgrade | CellResponse> {
    return this.#ask(operation, request, exchange, true);
  }

  #ask(
    operation: Operation | string,
    request: CellRequest,
    exchange: Exchange,
    isUpgrade: boolean,
  ): Promise<CellUpgrade | CellResponse> {
    return new Promise((resolve, reject) => {
      let cancelled: BerthError | undefined;
      let detachUpload: (() => void) | undefined;
      const outgoing = openRequest({
        ...(isUpgrade
          ? { agent: false, socketPath: this.#options.socket.path }
          : { agent: this.#connections.agent }),
        method: request.method,
        path: request.path,
        headers: buildHeaders(request, encodeOperation(operation), isUpgrade),
      });
      const fail = (error: BerthError) => {
        detachUpload?.();
        exchange.onEnd(error);
        reject(error);
      };
      const explain = async (error: Error): Promise<BerthError> => {
        if (cancelled !== undefined) return cancelled;
        if (isBerthError(error)) return error;
        const explained = await this.#options.explain(error);
        // Meanwhile the pool, which knows whose fault it was, may have said more.
        return cancelled ?? explained;
      };
      exchange.bindCancel((error) => {
        cancelled = error;
        outgoing.destroy(error);
      });
      outgoing.on("error", (error) => void explain(error).then(fail));
      outgoing.on("upgrade", (incoming, socket: Socket, head: Buffer) => {
        if (!isUpgrade || incoming.statusCode !== 101) {
          socket.destroy();
          const message = "The cell switched protocols where it was not asked to.";
          fail(new BerthError("FUNCTION_RESPONSE_REFUSED", message));
          return;
        }
        if (head.length > 0) socket.unshift(head);
        let broken = new Error("The connection ended.");
        // Unheard, an error would end the server; `explain` tells of it.
        socket.on("error", (error) => {
          broken = error;
        });
        socket.once("close", () => exchange.onEnd(cancelled));
        exchange.bindCancel((error) => {
          cancelled = error;
          socket.destroy(error);
        });
        exchange.onHead();
        resolve({
          socket,
          headers: toPairs(incoming.rawHeaders),
          explain: () => explain(broken),
        });
      });
      outgoing.on("response", (incoming) => {
        const onEnd = (error?: BerthError) => {
          detachUpload?.();
          if (!outgoing.writableFinished) outgoing.destroy();
          exchange.onEnd(error);
        };
        this.#receive({ incoming, request, exchange, explain, onEnd }).then(resolve, fail);
      });
      if (request.body === null) outgoing.end();
      else {
        detachUpload = pumpUpload({
          body: request.body,
          outgoing,
          declaredBytes: findDeclaredBytes(request.headers),
          onProgress: () => exchange.onProgress(),
          onFail: (cause) => {
            const message = `The request's body failed: ${cause.message}.`;
            outgoing.destroy(new BerthError("REQUEST_INVALID", message, { cause }));
          },
        });
      }
    });
  }

  async #receive(input: {
    readonly incoming: IncomingMessage;
    readonly request: CellRequest;
    readonly exchange: Exchange;
    readonly explain: (error: Error) => Promise<BerthError>;
    readonly onEnd: (error?: BerthError) => void;
  }): Promise<CellResponse> {
    const { incoming, request, exchange } = input;
    const fault = incoming.headers["berth-fault"];
    if (fault !== undefined) {
      incoming.on("error", () => undefined);
      incoming.resume();
      throw parseFault(String(fault));
    }
    const tooLarge = () => {
      const bound = `at most ${exchange.maxResponseBytes} bytes are passed on`;
      const allowed = exchange.maxResponseBytes;
      const met = { limit: "response size", enforcer: "gateway", allowed } as const;
      return createLimitError(
        "SANDBOX_RESPONSE_TOO_LARGE",
        `The app's answer is too large: ${bound}.`,
        met,
      );
    };
    const declared = Number(incoming.headers["content-length"] ?? Number.NaN);
    const hasBody = request.method !== "HEAD";
    if (hasBody && declared > exchange.maxResponseBytes) {
      incoming.on("error", () => undefined);
      incoming.destroy();
      throw tooLarge();
    }
    exchange.onHead();
    const status = incoming.statusCode ?? 502;
    const headers = toPairs(incoming.rawHeaders);
    if (hasBody && declared <= maxWholeBytes) {
      const bytes = await readWhole(incoming).catch(async (error: Error) => {
        throw await input.explain(error);
      });
      input.onEnd();
      return new WholeResponse(status, headers, bytes);
    }
    const body = new CellBody({
      incoming,
      maxBytes: exchange.maxResponseBytes,
      explain: input.explain,
      onTooLarge: tooLarge,
      onClose: (error) => input.onEnd(isBerthError(error) ? error : undefined),
    });
    return { status, headers, body };
  }

  /** Drops every connection. */
  close(): void {
    this.#connections.destroy();
  }
}
