/** Node's own WebSocket, sent to a host name of choice on loopback. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

export interface TestSocket {
  readonly socket: WebSocket;
  /** Resolves with the chosen subprotocol; rejects when the handshake is refused. */
  readonly opened: Promise<string>;
  /** The next message that was not taken yet. */
  message(): Promise<string>;
  readonly closed: Promise<Closing>;
}

export interface TestSocketInput {
  readonly port: number;
  readonly host: string;
  readonly path?: string;
  readonly protocols?: readonly string[];
  readonly headers?: Record<string, string>;
}

/** Names resolve nowhere here, so a go-between writes the host that is meant into the head. */
async function openGoBetween(port: number, host: string): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (near: Socket) => {
    server.close();
    const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    for (const side of [near, far]) side.on("error", () => undefined);
    near.once("data", (head: Buffer) => {
      far.write(
        head.toString("latin1").replace(/host: [^\r]*/i, `host: ${host}:${port}`),
        "latin1",
      );
      near.pipe(far);
    });
    far.pipe(near);
    near.once("close", () => far.destroy());
    far.once("close", () => near.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

export async function openTestSocket(input: TestSocketInput): Promise<TestSocket> {
  const port = await openGoBetween(input.port, input.host);
  const options = { protocols: [...(input.protocols ?? [])], headers: input.headers ?? {} };
  // The second form of the constructor is Node's own.
  const socket = new WebSocket(
    `ws://127.0.0.1:${port}${input.path ?? "/"}`,
    options as unknown as string[],
  );
  const messages: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  socket.addEventListener("message", ({ data }) => {
    const next = waiting.shift();
    if (next === undefined) messages.push(String(data));
    else next(String(data));
  });
  const opened = new Promise<string>((resolve, reject) => {
    socket.addEventListener("open", () => resolve(socket.protocol), { once: true });
    socket.addEventListener("close", () => reject(new Error("The handshake was refused.")));
  });
  // A test that awaits only the end does not care whether it opened.
  opened.catch(() => undefined);
  const closed = new Promise<Closing>((resolve) => {
    socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
  });
  return {
    socket,
    opened,
    closed,
    message() {
      const first = messages.shift();
      if (first !== undefined) return Promise.resolve(first);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
