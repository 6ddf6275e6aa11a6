/**
 * The one listening socket: tells console, functions and frames apart by host name and hands each
 * request to the part that answers it.
 *
 * Trust: everything on the wire is hostile. Framing is the strict parser's; a request with no host,
 * two hosts, an unknown host or an absolute target is refused before any part sees it, and headers
 * that could pass for our own word are taken off.
 *
 * It ends in one of two ways. `close` is for good: idle connections are closed at once. `release` is
 * for a hand-over: it takes no connection any longer, since another process does on the same socket,
 * but serves those that it has, each until an answer that said `connection: close`, so that no request
 * meets a connection that was closed under it. An idle one that never asks again runs out by its
 * keep-alive time, which the client was told.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { BerthError, type ErrorCode } from "@berth/protocol";
import { getRequestListener } from "@hono/node-server";
import type { AddressOfRequest } from "../http/client-address.ts";
import type { Ground } from "../storage/ground.ts";
import { sendError } from "./answer.ts";
import type { Frames } from "./frames.ts";
import type { Functions } from "./functions.ts";
import type { Hosts } from "./hosts.ts";
import { type ListenOptions, listen, stopAccepting } from "./listening.ts";
import type { Upgrade } from "./serve-upgrade.ts";
import { type SlowClientOptions, watchSlowClients } from "./slow-clients.ts";

export interface ApiOrigin {
  readonly requestId: string;
  readonly address: string;
}

export interface FrontDoorOptions extends ListenOptions {
  /** Then it listens only when `listen` is called. Default false. */
  readonly isWaiting?: boolean;
  /** Answers the console's hosts: the API and the console itself. */
  readonly api: (request: Request, from: ApiOrigin) => Promise<Response>;
  /** The client's address. Default: the connection's. */
  readonly addressOf?: AddressOfRequest;
  readonly functions: Pick<Functions, "handle" | "handleUpgrade" | "closeSockets">;
  readonly frames: Pick<Frames, "handle">;
  readonly hosts: Pick<Hosts, "classify">;
  readonly createRequestId: () => string;
  readonly ground: Pick<Ground, "logger">;
  readonly slowClients?: SlowClientOptions;
  /** From the connection to the end of its request's head. Default 15,000. */
  readonly headersTimeoutMs?: number;
  /** Without a byte in either direction. Default 120,000. */
  readonly idleTimeoutMs?: number;
}

export interface FrontDoor extends AsyncDisposable {
  /** 0 while it does not listen. */
  readonly port: number;
  /** Of a door that was opened waiting. @throws as `openFrontDoor` does */
  listen(): Promise<void>;
  /** Takes no new connection, and keeps those that are there. Idempotent. */
  release(): void;
  /** After `release`: resolves when no connection is left, or the signal aborts. */
  drained(signal: AbortSignal): Promise<void>;
  /** Takes no new connection, lets requests end until the deadline, then ends them. Idempotent. */
  close(options?: { readonly deadlineMs?: number }): Promise<void>;
}

/** @throws PORT_BUSY, OPTION_INVALID */
export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const { functions, frames, hosts, createRequestId } = options;
  const { logger } = options.ground;
  const headersTimeout = options.headersTimeoutMs ?? 15_000;
  const server = createServer({
    headersTimeout,
    // No total limit: a long upload is fine while it moves; see slow-clients.ts.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(5_000, headersTimeout),
    keepAliveTimeout: 65_000,
    insecureHTTPParser: false,
    requireHostHeader: false,
  });
  server.timeout = options.idleTimeoutMs ?? 120_000;
  const clients = watchSlowClients(server, options.slowClients);
  const requestIds = new WeakMap<IncomingMessage, string>();
  let isDraining = false;
  let isClosing = false;

  const { addressOf = ({ socket }: IncomingMessage) => socket.remoteAddress } = options;

  const answerApi = getRequestListener(
    (request, { incoming }) => {
      // The listener is given what this server received.
      const received = incoming as IncomingMessage;
      return options.api(request, {
        requestId: requestIds.get(received) ?? createRequestId(),
        address: addressOf(received) ?? "",
      });
    },
    { overrideGlobalObjects: false },
  );

  function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = createRequestId();
    clients.note(request, response);
    if (isDraining) response.shouldKeepAlive = false;
    const kind = hosts.classify(checkHead(request.rawHeaders, request.url ?? "") ?? "");
    if (kind === undefined) {
      sendError({ request, response, requestId }, refusal(request));
      return Promise.resolve();
    }
    if (kind.kind === "functions") {
      return functions.handle(request, response, kind.installationId, requestId);
    }
    stripOwn(request);
    if (kind.kind === "frames") {
      return frames.handle(request, response, kind.installationId, requestId);
    }
    requestIds.set(request, requestId);
    return answerApi(request, response);
  }

  server.on("request", (request, response) => {
    answer(request, response).catch((error: unknown) => {
      logger.error({ err: error }, "a request was answered by nobody");
      sendError({ request, response, requestId: createRequestId() }, error);
    });
  });

  function upgrade(offer: Upgrade): Promise<void> {
    const { request, socket } = offer;
    const host = checkHead(request.rawHeaders, request.url ?? "");
    const kind = hosts.classify(host ?? "");
    if (kind === undefined) {
      const { code, message } = refusal(request);
      const isUnknown = code === "HOST_UNKNOWN";
      refuseRaw(socket, isUnknown ? "421 Misdirected Request" : "400 Bad Request", code, message);
      return Promise.resolve();
    }
    const isWebSocket = request.headers.upgrade?.toLowerCase() === "websocket";
    if (isWebSocket && kind.kind === "functions" && !isClosing) {
      return functions.handleUpgrade(offer, kind.installationId, createRequestId());
    }
    const message = "WebSocket connections are served on a function's own host only.";
    refuseRaw(socket, "501 Not Implemented", "UNAVAILABLE", message);
    return Promise.resolve();
  }

  server.on("upgrade", (request, socket: Socket, head: Buffer) => {
    upgrade({ request, socket, head }).catch((error: unknown) => {
      logger.error({ err: error }, "an upgrade was answered by nobody");
      socket.destroy();
    });
  });
  server.on("connect", (_request, socket: Socket) => {
    refuseRaw(socket, "400 Bad Request", "REQUEST_INVALID", "This server is no proxy.");
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") {
      refuseRaw(
        socket,
        "408 Request Timeout",
        "REQUEST_TIMEOUT",
        "The request's head took too long.",
      );
    } else if (error.code === "HPE_HEADER_OVERFLOW") {
      const status = "431 Request Header Fields Too Large";
      refuseRaw(socket, status, "REQUEST_TOO_LARGE", "The request's head is larger than allowed.");
    } else {
      refuseRaw(
        socket,
        "400 Bad Request",
        "REQUEST_INVALID",
        "The request is not well-formed HTTP.",
      );
    }
  });

  let port = 0;
  let emptied: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  async function open(): Promise<void> {
    await listen(server, options);
    port = (server.address() as AddressInfo).port;
  }

  /** The next answer on each connection says that it is the last. */
  function beginDraining(): void {
    isDraining = true;
    for (const response of clients.unfinished()) {
      if (!response.headersSent) response.shouldKeepAlive = false;
    }
  }

  function release(): void {
    if (emptied !== undefined) return;
    emptied = stopAccepting(server);
    beginDraining();
  }

  async function drained(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const given = Promise.withResolvers<void>();
    const giveUp = () => given.resolve();
    signal.addEventListener("abort", giveUp, { once: true });
    await Promise.race([emptied, given.promise]);
    signal.removeEventListener("abort", giveUp);
  }

  function close({ deadlineMs = 10_000 }: { readonly deadlineMs?: number } = {}): Promise<void> {
    closing ??= end(deadlineMs).finally(() => clients.close());
    return closing;
  }

  function end(deadlineMs: number): Promise<void> {
    isClosing = true;
    functions.closeSockets().catch((error: unknown) => {
      logger.error({ err: error }, "WebSockets were not closed");
    });
    return new Promise((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), deadlineMs);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      beginDraining();
      for (const response of clients.unfinished()) {
        // A connection counts as idle only after its response has been closed.
        response.once("close", () => setImmediate(() => server.closeIdleConnections()));
      }
      // Node counts these as busy, and would wait for a first request until the deadline.
      for (const socket of clients.unused()) socket.destroy();
    });
  }

  if (options.isWaiting !== true) await open();
  return {
    get port() {
      return port;
    },
    listen: open,
    release,
    drained,
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** The one host that a well-formed head names; undefined when there is none or more than one. */
function checkHead(rawHeaders: readonly string[], url: string): string | undefined {
  let host: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length !== 4 || name.toLowerCase() !== "host") continue;
    if (host !== undefined) return undefined;
    host = rawHeaders[index + 1];
  }
  // An absolute target could name another host than the header does.
  return url.startsWith("/") ? host : undefined;
}

function refusal(request: IncomingMessage): BerthError {
  if (!request.url?.startsWith("/")) {
    return new BerthError(
      "REQUEST_INVALID",
      "The request's target is not a path; send it as /path.",
    );
  }
  const host = request.headers.host?.slice(0, 120);
  return new BerthError(
    "HOST_UNKNOWN",
    `This server does not answer for the host ${JSON.stringify(host ?? "(none)")}; check the address.`,
  );
}

/** The one word under our prefix that a client has: a publisher's signature, by its name in the API. */
const clientsOwn: ReadonlySet<string> = new Set(["berth-signature"]);

/** Takes off what only Berth itself may say. */
function stripOwn(request: IncomingMessage): void {
  const { rawHeaders, headers } = request;
  for (let index = rawHeaders.length - 2; index >= 0; index -= 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    if (!name.startsWith("berth-") || clientsOwn.has(name)) continue;
    rawHeaders.splice(index, 2);
    delete headers[name];
  }
}

function refuseRaw(socket: Socket, status: string, code: ErrorCode, message: string): void {
  // The client may be gone already; nothing is owed to it then.
  socket.on("error", () => undefined);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({ code, message, isRetryable: false });
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + body, () => socket.destroy());
}
