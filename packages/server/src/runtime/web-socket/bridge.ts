/**
 * Joins a client's socket and an app's after the handshake, and ends both for either's reason.
 *
 * Bytes pass as they are, each direction no faster than its reader. Their frames are followed, to
 * bound messages, and so that an end of ours reaches the client as a closing frame that says why.
 * Trust: both sides are hostile. Neither can keep the other open, nor make us hold what it sends.
 */
import type { Socket } from "node:net";
import type { CellUpgrade } from "@berth/cells";
import type { BerthError } from "@berth/protocol";
import type { Meter } from "../../metering/metering.ts";
import { buildCloseFrame, createFrameTrack, type FrameTrack } from "./frame-track.ts";
import type { SocketRate } from "./socket-rates.ts";

export interface SocketBounds {
  /** Without a byte in either direction. Default 300,000. */
  readonly idleMs: number;
  /** Default 1 hour: as long as an invocation may act. */
  readonly maxAgeMs: number;
  /** Of one message, in either direction. Default 16 MiB: an app holds each one whole. */
  readonly maxMessageBytes: number;
}

export const defaultSocketBounds: SocketBounds = Object.freeze({
  idleMs: 300_000,
  maxAgeMs: 3_600_000,
  maxMessageBytes: 16_777_216,
});

/** How long the other side may take to answer a closing frame. */
const closeGraceMs = 2_000;

export interface Ending {
  /** Of RFC 6455, section 7.4. */
  readonly code: number;
  /** At most 123 bytes of UTF-8. */
  readonly reason: string;
}

export interface BridgeOptions {
  readonly client: Socket;
  readonly cell: CellUpgrade;
  readonly bounds: SocketBounds;
  readonly meter: Pick<Meter, "bytesIn" | "bytesOut">;
  readonly rate: Pick<SocketRate, "take">;
  /** It was ended for what was sent over it. */
  onOverrun(error: BerthError): void;
  /** The app's side broke off without a closing frame. */
  onBroken(error: BerthError): void;
}

export interface Bridge {
  /** Resolves, never rejects, when both sides are closed. */
  readonly closed: Promise<void>;
  end(ending: Ending): void;
}

export function openBridge(options: BridgeOptions): Bridge {
  const { client, cell, bounds, meter, rate, onBroken } = options;
  const app = cell.socket;
  const track = createFrameTrack(bounds.maxMessageBytes);
  const clientTrack = createFrameTrack(bounds.maxMessageBytes);
  let isEnding = false;
  let isBroken = false;
  let graceTimer: NodeJS.Timeout | undefined;

  function end({ code, reason }: Ending): void {
    if (isEnding) return;
    isEnding = true;
    clearTimeout(ageTimer);
    app.unpipe(client);
    client.unpipe(app);
    app.destroy();
    const canSay = client.writable && track.isBetweenFrames() && !track.hasClosed();
    if (canSay) client.write(buildCloseFrame(code, reason));
    client.end();
    // What it still sends is not wanted, but must be read for its end to be seen.
    client.resume();
    clearTimeout(graceTimer);
    graceTimer = setTimeout(() => client.destroy(), closeGraceMs);
  }

  function count(counted: FrameTrack, chunk: Buffer): void {
    if (isEnding) return;
    const over = rate.take(counted.takeFrames(), chunk.length);
    if (over === undefined) return;
    options.onOverrun(over.error);
    end(over.ending);
  }

  const ageTimer = setTimeout(
    () =>
      end({ code: 1001, reason: "The connection has reached its greatest age; open a new one." }),
    bounds.maxAgeMs,
  );

  /** The app's side is over: in order after its closing frame, else it broke. */
  async function appEnded(): Promise<void> {
    if (isEnding || isBroken) return;
    if (track.hasClosed() || client.destroyed) {
      end({ code: 1000, reason: "" });
      return;
    }
    isBroken = true;
    const error = await cell.explain();
    if (isEnding || client.destroyed) return;
    onBroken(error);
    end({ code: 1011, reason: error.code });
  }

  // The server's own clock for requests is over.
  client.removeAllListeners("timeout");
  client.setTimeout(bounds.idleMs, () =>
    end({ code: 1001, reason: "Nothing was sent for too long." }),
  );
  client.setKeepAlive(true, 30_000);
  client.setNoDelay(true);
  client.on("error", () => client.destroy());
  client.on("data", (chunk: Buffer) => {
    meter.bytesIn += chunk.length;
    if (!clientTrack.take(chunk)) end({ code: 1009, reason: "The message is too large." });
    else count(clientTrack, chunk);
  });
  app.on("data", (chunk: Buffer) => {
    meter.bytesOut += chunk.length;
    if (!track.take(chunk)) end({ code: 1009, reason: "The app's message is too large." });
    else count(track, chunk);
  });
  client.once("end", () => {
    app.end();
    graceTimer ??= setTimeout(() => app.destroy(), closeGraceMs);
  });
  client.once("close", () => app.destroy());
  app.once("end", () => void appEnded());
  app.once("close", () => void appEnded());
  client.pipe(app, { end: false });
  app.pipe(client, { end: false });

  const closed = Promise.all(
    [client, app].map(
      (socket) =>
        new Promise<void>((resolve) => {
          if (socket.closed) resolve();
          else socket.once("close", () => resolve());
        }),
    ),
  ).then(() => {
    clearTimeout(ageTimer);
    clearTimeout(graceTimer);
  });
  return { closed, end };
}
