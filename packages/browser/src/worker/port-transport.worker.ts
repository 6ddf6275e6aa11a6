/** Frames over a MessagePort in JSON text: what the host's guard can measure before it reads. */
import type { FrameTransport } from "../rpc/rpc-session.ts";

export function createPortTransport(port: MessagePort): FrameTransport {
  // Bound now: the app, which runs later in this realm, may replace what the prototype holds.
  const post = port.postMessage.bind(port);
  const waiting: unknown[] = [];
  let receiver: PromiseWithResolvers<unknown> | undefined;
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data !== "string") return;
    const frame: unknown = JSON.parse(data);
    if (receiver) {
      receiver.resolve(frame);
      receiver = undefined;
    } else waiting.push(frame);
  };
  return {
    send(frame) {
      post(JSON.stringify(frame));
    },
    receive() {
      if (waiting.length > 0) return Promise.resolve(waiting.shift());
      receiver = Promise.withResolvers();
      return receiver.promise;
    },
    abort() {
      port.close();
    },
  };
}
