/** capnweb over a MessagePort in JSON text: what the host's guard can measure before it reads. */
import type { RpcTransport } from "capnweb";

export function createPortTransport(port: MessagePort): RpcTransport {
  // Bound now: the app, which runs later in this realm, may replace what the prototype holds.
  const post = port.postMessage.bind(port);
  const waiting: string[] = [];
  let receiver: PromiseWithResolvers<string> | undefined;
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data !== "string") return;
    if (receiver) {
      receiver.resolve(data);
      receiver = undefined;
    } else waiting.push(data);
  };
  return {
    send(message) {
      post(message);
    },
    receive() {
      const next = waiting.shift();
      if (next !== undefined) return Promise.resolve(next);
      receiver = Promise.withResolvers();
      return receiver.promise;
    },
    abort() {
      port.close();
    },
  };
}
