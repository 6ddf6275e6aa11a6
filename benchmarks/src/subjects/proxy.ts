/** The bare peer: a Node server that hands each request to a Unix socket and its answer back. */
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface BareProxy extends AsyncDisposable {
  readonly port: number;
}

export async function openBareProxy(
  socketPath: string,
  extraHeaders: Readonly<Record<string, string>>,
): Promise<BareProxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const server = createServer((incoming, outgoing) => {
    const call = request(
      {
        agent,
        socketPath,
        method: incoming.method,
        path: incoming.url,
        headers: { ...incoming.headers, ...extraHeaders },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    call.on("error", () => outgoing.destroy());
    incoming.pipe(call);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}
