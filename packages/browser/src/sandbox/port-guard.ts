/**
 * Stands between a view's port and the calls over it: bounds bytes, rate and live stubs, and lets through
 * only what wire-grammar.ts allows, as fast as its pace allows. The first violation closes the
 * port for good; whatever the view had still sent is dropped unread.
 *
 * Owns the host's end of the `rpc` port. Does not decide what a call may do: see host-api.ts.
 */
import { BerthError, type ViewLimits } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import type { FrameTransport } from "../rpc/rpc-session.ts";
import type { AppTap } from "../runtime/app-tap.ts";
import { createPacer, type DeliveryPace } from "./pacer.ts";
import { createTokenBucket } from "./token-bucket.ts";
import { parseWireMessage, type WireMessage } from "./wire-grammar.ts";

export interface PortGuardOptions {
  readonly port: MessagePort;
  readonly limits: ViewLimits;
  readonly clock: Clock;
  /** Each message that is taken, in bytes, also where it has to wait. */
  readonly onMessage: (bytes: number) => void;
  /** Told of each message, both ways, before it is read any further. */
  readonly tap?: AppTap | undefined;
  /** At most once. */
  readonly onViolation: (error: BerthError) => void;
  /** The view closed the session by itself. */
  readonly onClosed: () => void;
}

export interface PortGuard extends FrameTransport {
  /** Slows what the view sends; undefined: as fast as it comes, within the bounds. */
  setPace(pace: DeliveryPace | undefined): void;
  /** A message delivered just now held this many mutations. */
  charge(mutations: number): void;
  close(): void;
}

/** What waits may hold as much as this many of the largest messages. */
const maxQueuedLargest = 8;

export function createPortGuard(options: PortGuardOptions): PortGuard {
  const { port, limits, clock } = options;
  const bucket = createTokenBucket(limits.maxMessagesPerSecond, clock);
  const waiting: unknown[] = [];
  let receiver: PromiseWithResolvers<unknown> | undefined;
  let liveStubs = 0;
  let isClosed = false;

  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    port.onmessage = null;
    port.onmessageerror = null;
    port.close();
    waiting.length = 0;
    pacer.close();
    receiver?.reject(new Error("The port is closed."));
  };
  const violate = (error: BerthError): void => {
    if (isClosed) return;
    close();
    options.onViolation(error);
  };
  /** Runs what reads of the view; what it throws ends the view. */
  const guarded = (read: () => void): void => {
    if (isClosed) return;
    try {
      read();
    } catch (error) {
      violate(asViolation(error));
    }
  };
  const pacer = createPacer({
    clock,
    maxMessages: limits.maxQueuedMessages,
    maxCharacters: limits.maxMessageBytes * maxQueuedLargest,
    drain: {
      messagesPerSecond: limits.maxMessagesPerSecond / 2,
      mutationsPerSecond: limits.maxMutationsPerSecond / 2,
    },
    deliver: (text) => guarded(() => deliver(text)),
    onFull: () => {
      throw exceeded(
        `goes on sending while it is slowed down; more than ${limits.maxQueuedMessages} messages, or too many bytes, would wait`,
        { limit: "maxQueuedMessages", allowed: limits.maxQueuedMessages },
      );
    },
  });
  const take = (data: unknown): void => {
    if (!bucket.take())
      throw exceeded(`sends more than ${limits.maxMessagesPerSecond} messages a second`);
    if (typeof data !== "string")
      throw new BerthError("VIEW_MESSAGE_REFUSED", "A message of the view is not text.");
    const bytes = utf8Bytes(data, limits.maxMessageBytes);
    if (bytes > limits.maxMessageBytes)
      throw exceeded(`sends a message of more than ${limits.maxMessageBytes} bytes`);
    options.tap?.observer?.message("fromApp", data);
    pacer.take(data);
    if (!isClosed) options.onMessage(bytes);
  };
  const deliver = (text: string): void => {
    const message = parseWireMessage(text);
    liveStubs += stubsOf(message);
    if (liveStubs > limits.maxLiveStubs)
      throw exceeded(`holds more than ${limits.maxLiveStubs} results unreleased`);
    if (message.kind === "abort") {
      close();
      options.onClosed();
      return;
    }
    if (receiver) {
      receiver.resolve(message.frame);
      receiver = undefined;
    } else waiting.push(message.frame);
  };
  port.onmessage = (event: MessageEvent<unknown>) => guarded(() => take(event.data));
  port.onmessageerror = () =>
    violate(new BerthError("VIEW_MESSAGE_REFUSED", "A message of the view cannot be read."));

  return {
    send(message) {
      if (isClosed) return;
      const text = JSON.stringify(message);
      port.postMessage(text);
      options.tap?.observer?.message("toApp", text);
    },
    receive() {
      if (waiting.length > 0) return Promise.resolve(waiting.shift());
      receiver = Promise.withResolvers();
      if (isClosed) receiver.reject(new Error("The port is closed."));
      return receiver.promise;
    },
    // Called for a message that makes no sense: a release of what was never held, say.
    abort(reason) {
      const why = reason instanceof Error ? reason.message : String(reason);
      violate(
        new BerthError("VIEW_MESSAGE_REFUSED", `The view broke the protocol: ${why.slice(0, 200)}`),
      );
    },
    setPace(pace) {
      if (!isClosed) pacer.setPace(pace);
    },
    charge: (mutations) => pacer.charge(mutations),
    close,
  };

  function exceeded(what: string, details?: Record<string, unknown>): BerthError {
    return new BerthError("VIEW_LIMIT_EXCEEDED", `The view ${what}.`, details && { details });
  }
}

function stubsOf(message: WireMessage): number {
  if (message.kind === "push") return 1;
  return message.kind === "release" ? -1 : 0;
}

/** Exact up to `max`; beyond, some number above it, without encoding what is surely too long. */
export function utf8Bytes(text: string, max: number): number {
  if (text.length > max) return text.length;
  if (text.length * 3 <= max) return text.length;
  return new TextEncoder().encode(text).byteLength;
}

function asViolation(error: unknown): BerthError {
  return error instanceof BerthError
    ? error
    : new BerthError("VIEW_MESSAGE_REFUSED", "A message of the view cannot be read.");
}
