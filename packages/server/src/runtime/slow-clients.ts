/**
 * Ends connections that keep something of ours waiting while hardly a byte moves.
 *
 * A long upload or download is fine as long as it makes progress; there is no total limit.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface SlowClientOptions {
  /** Default 128. */
  readonly minBytesPerSecond?: number;
  /** A connection may be below it for so long. Default 30,000. */
  readonly toleranceMs?: number;
}

export interface SlowClients {
  /** Notes the request that a connection carries now. */
  note(request: IncomingMessage, response: ServerResponse): void;
  /** The responses that are not finished. */
  unfinished(): readonly ServerResponse[];
  /** Connections that have sent nothing yet: browsers open some to have them ready. */
  unused(): readonly Socket[];
  close(): void;
}

interface Connection {
  request: IncomingMessage | undefined;
  response: ServerResponse | undefined;
  moved: number;
  slowSinceMs: number | undefined;
}

const looksInTolerance = 6;

export function watchSlowClients(server: Server, options: SlowClientOptions = {}): SlowClients {
  const minBytesPerSecond = options.minBytesPerSecond ?? 128;
  const toleranceMs = options.toleranceMs ?? 30_000;
  const intervalMs = toleranceMs / looksInTolerance;
  const connections = new Map<Socket, Connection>();

  server.on("connection", (socket: Socket) => {
    connections.set(socket, {
      request: undefined,
      response: undefined,
      moved: 0,
      slowSinceMs: undefined,
    });
    socket.once("close", () => connections.delete(socket));
  });

  function look(socket: Socket, connection: Connection, nowMs: number): void {
    const isWaiting = isOwedBody(connection.request) || socket.writableLength > 0;
    const moved = socket.bytesRead + socket.bytesWritten - socket.writableLength;
    const isSlow = isWaiting && moved - connection.moved < (minBytesPerSecond * intervalMs) / 1_000;
    connection.moved = moved;
    if (!isSlow) connection.slowSinceMs = undefined;
    else if (connection.slowSinceMs === undefined) connection.slowSinceMs = nowMs;
    else if (nowMs - connection.slowSinceMs >= toleranceMs) socket.destroy();
  }

  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const [socket, connection] of connections) look(socket, connection, nowMs);
  }, intervalMs);
  timer.unref();

  return {
    note(request, response) {
      const connection = connections.get(request.socket);
      if (connection === undefined) return;
      connection.request = request;
      connection.response = response;
    },
    unfinished: () =>
      [...connections.values()].flatMap(({ response }) =>
        response === undefined || response.writableFinished ? [] : [response],
      ),
    unused: () => [...connections.keys()].filter((socket) => socket.bytesRead === 0),
    close: () => clearInterval(timer),
  };
}

/** True while the client has more of a body to send and we would take it. */
function isOwedBody(request: IncomingMessage | undefined): boolean {
  if (request === undefined || request.complete || request.destroyed) return false;
  return request.readableLength < request.readableHighWaterMark;
}
