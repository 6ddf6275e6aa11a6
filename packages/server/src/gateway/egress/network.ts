/** The two powers that egress needs of the host's network, and what they are by default. */
import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface ConnectTarget {
  /** An address that was checked; a connector must not look a name up again. */
  readonly address: string;
  readonly port: number;
  readonly isTls: boolean;
  /** Whom the certificate must name. */
  readonly host: string;
  readonly signal: AbortSignal;
}

/** Resolves when the connection is ready for a request. */
export type Connect = (target: ConnectTarget) => Promise<Socket>;

export const resolveByHost: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

export const connectByHost: Connect = ({ address, port, isTls, host, signal }) =>
  new Promise((resolve, reject) => {
    const socket = isTls
      ? connectTls({
          host: address,
          port,
          ALPNProtocols: ["http/1.1"],
          ...(isIP(host) === 0 ? { servername: host } : {}),
        })
      : connectTcp({ host: address, port, family: isIP(address) });
    const abort = () =>
      socket.destroy(new Error("The connection was given up.", { cause: signal.reason }));
    const settle = () => {
      signal.removeEventListener("abort", abort);
      socket.off("error", fail);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
    };
    socket.once("error", fail);
    socket.once(isTls ? "secureConnect" : "connect", () => {
      settle();
      resolve(socket);
    });
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
  });
