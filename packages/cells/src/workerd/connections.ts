/**
 * The connections to one cell, kept between requests: what Node's `Agent` is, for one place to connect
 * to. That one names the place and copies all options anew for each request, and sets a timer by each;
 * together that is a tenth of what the server does for one.
 *
 * Invariants: a connection serves one request at a time, and is used again only when Node's client gave
 * it back, which it does once the answer came whole and well-formed. One that has something to say
 * while nobody asked is ended, and so is one that was idle for too long.
 */
import type { Agent, ClientRequest } from "node:http";
import { connect, type Socket } from "node:net";

interface Connection {
  readonly socket: Socket;
  isIdle: boolean;
  /** In which look it was given back. */
  idleSince: number;
}

export interface CellConnectionsOptions {
  /** Of the cell's socket. */
  readonly path: string;
  /** An idle connection ends after so long, a `looksInIdle`th of it more or less. */
  readonly idleMs: number;
}

const looksInIdle = 8;
const maxIdle = 256;

export class CellConnections {
  /** As Node's client asks of its agent; of a cell there are as many as its requests. */
  readonly keepAlive = true;
  readonly protocol = "http:";
  readonly defaultPort = 80;
  readonly #options: CellConnectionsOptions;
  readonly #all = new Set<Connection>();
  /** The one that was used last is used next, so that the others come to an end. */
  readonly #idle: Connection[] = [];
  #looks = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CellConnectionsOptions) {
    this.#options = options;
  }

  /** For `http.request`. */
  get agent(): Agent {
    // Node takes whatever has `addRequest`; its types know only its own.
    return this as unknown as Agent;
  }

  /** Called by Node's client once for each request. */
  addRequest(request: ClientRequest): void {
    request.onSocket(this.#take(request) ?? this.#open());
  }

  #take(request: ClientRequest): Socket | undefined {
    for (let found = this.#idle.pop(); found !== undefined; found = this.#idle.pop()) {
      found.isIdle = false;
      const { socket } = found;
      if (socket.destroyed || !socket.writable) continue;
      request.reusedSocket = true;
      return socket.ref();
    }
    return undefined;
  }

  #open(): Socket {
    const socket = connect({ path: this.#options.path });
    const connection: Connection = { socket, isIdle: false, idleSince: 0 };
    this.#all.add(connection);
    socket.on("free", () => this.#giveBack(connection));
    // Whose request it carries hears of it, too; an idle one is told to nobody.
    socket.on("error", () => undefined);
    socket.on("data", () => {
      if (connection.isIdle) socket.destroy();
    });
    socket.on("close", () => {
      this.#all.delete(connection);
      if (!connection.isIdle) return;
      const at = this.#idle.indexOf(connection);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    return socket;
  }

  #giveBack(connection: Connection): void {
    const { socket } = connection;
    // What was read and belongs to no answer would be taken for the next one's.
    const isSpoiled = !socket.writable || socket.readableLength > 0;
    if (socket.destroyed || isSpoiled || this.#idle.length >= maxIdle) {
      socket.destroy();
      return;
    }
    if (socket.isPaused()) socket.resume();
    socket.unref();
    connection.isIdle = true;
    connection.idleSince = this.#looks;
    this.#idle.push(connection);
    this.#timer ??= setInterval(() => this.#look(), this.#options.idleMs / looksInIdle).unref();
  }

  #look(): void {
    this.#looks += 1;
    // The first was given back before all others.
    for (let [oldest] = this.#idle; oldest !== undefined; [oldest] = this.#idle) {
      if (this.#looks - oldest.idleSince < looksInIdle) return;
      this.#idle.shift();
      oldest.isIdle = false;
      oldest.socket.destroy();
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Ends every connection. */
  destroy(): void {
    for (const { socket } of this.#all) socket.destroy();
  }
}
