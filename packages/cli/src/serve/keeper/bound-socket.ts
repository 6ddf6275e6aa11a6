/** A socket with an address that this process does not listen on itself: servers do, one after another. */
import { lookup } from "node:dns/promises";
import net from "node:net";
import { getSystemErrorName } from "node:util";
import { describeListenFailure } from "../probe-port.ts";

export interface BoundSocket extends Disposable {
  readonly fd: number;
  readonly port: number;
}

interface ServerHandle {
  readonly fd: number;
  getsockname(into: { port?: number }): number;
  close(): void;
}

/**
 * What `net.Server.listen` itself makes its handle with. A `net.Server` would begin to accept at once,
 * and whoever accepts a connection has to serve it.
 */
const { _createServerHandle: createServerHandle } = net as unknown as {
  readonly _createServerHandle: (
    address: string,
    port: number,
    family: number,
  ) => ServerHandle | number;
};

/** @throws BerthError PORT_BUSY; OPTION_INVALID when the address is not this machine's */
export async function bindSocket(host: string, port: number): Promise<BoundSocket> {
  let found: { readonly address: string; readonly family: number };
  try {
    found = await lookup(host);
  } catch (cause) {
    throw describeListenFailure(host, port, cause);
  }
  const handle = createServerHandle(found.address, port, found.family);
  const bound: { port?: number } = {};
  // A port that another process has may show only when the socket is asked for its name.
  const errno = typeof handle === "number" ? handle : handle.getsockname(bound);
  if (typeof handle === "number" || errno !== 0) {
    if (typeof handle !== "number") handle.close();
    throw describeListenFailure(host, port, { code: getSystemErrorName(errno) });
  }
  return {
    fd: handle.fd,
    port: bound.port ?? port,
    [Symbol.dispose]: () => handle.close(),
  };
}
