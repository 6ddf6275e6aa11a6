/** Where WebRTC would send its first packets. */
import { createSocket } from "node:dgram";

export interface StunServer extends AsyncDisposable {
  readonly url: string;
  packets(): number;
}

export async function openStunServer(): Promise<StunServer> {
  let packets = 0;
  const socket = createSocket("udp4", () => {
    packets += 1;
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    url: `stun:127.0.0.1:${socket.address().port}`,
    packets: () => packets,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}
