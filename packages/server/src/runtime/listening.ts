/**
 * How a server begins to take connections, and how it stops without dropping any.
 *
 * A socket that another process holds open too, given as a descriptor, keeps what has not been
 * accepted yet: whoever listens on it next gets that.
 */
import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import { BerthError } from "@berth/protocol";

export interface ListenOptions {
  /** The address to listen on, such as `127.0.0.1`. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** A bound socket that this process was given; then `host` and `port` only name it. */
  readonly fd?: number;
}

/** Of connections that wait to be accepted; the system may have a lower bound. */
const backlog = 4_096;

/** @throws PORT_BUSY, OPTION_INVALID */
export function listen(server: Server, { host, port, fd }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        const message = `Port ${port} on ${host} is in use; stop what uses it, or choose another with --port.`;
        reject(new BerthError("PORT_BUSY", message, { cause: error, details: { host, port } }));
        return;
      }
      const message = `Listening on ${host} port ${port} failed (${error.code}); choose another --host or --port.`;
      reject(new BerthError("OPTION_INVALID", message, { cause: error }));
    };
    server.once("error", fail);
    server.listen(fd === undefined ? { host, port, backlog } : { fd, backlog }, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

/**
 * Takes no more connections; resolves when the last one has ended. Unlike the server's own `close`
 * it leaves idle connections open: on one of them a request may be on its way.
 */
export function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
}
