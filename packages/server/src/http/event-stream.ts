/**
 * An iterable of events as Server-Sent Events.
 *
 * A stream does not outlive its permission: it is asked for again from time to time, and after its
 * longest age it is broken off, which makes a client come back with `Last-Event-ID`.
 * The end is said (`event: end`), so that a client tells it from a broken connection; a failure is
 * sent as `event: error` with a wire error. Invariant: the iterator is returned when the client goes
 * away, and events are only asked for as fast as the client takes them.
 */
import type { StreamEvent } from "./api.ts";

export interface EventStreamOptions {
  readonly headers: Headers;
  /** Aborted when the client goes away, so that the source stops waiting. */
  readonly controller: AbortController;
  readonly encodeError: (error: unknown) => unknown;
  /** Rejects when the caller may no longer follow; the stream then ends with that error. */
  readonly checkAccess: () => Promise<unknown>;
  /** Calls when access may have changed, so that it is asked for at once; returns how to stop it. */
  readonly onAccessChange?: ((recheck: () => void) => (() => void) | undefined) | undefined;
  /** At its abort the stream is broken off, so that the client comes back, to another process. */
  readonly closing?: AbortSignal | undefined;
  /** Called once, however the stream ends. */
  readonly onEnd: () => void;
  readonly times?: Partial<EventStreamTimes>;
}

export interface EventStreamTimes {
  readonly heartbeatMs: number;
  readonly recheckMs: number;
  readonly maxAgeMs: number;
}

export const defaultEventStreamTimes: EventStreamTimes = Object.freeze({
  /** Below the idle time-outs of common proxies. */
  heartbeatMs: 15_000,
  recheckMs: 30_000,
  maxAgeMs: 600_000,
});

function frame(event: string | undefined, id: string | undefined, data: unknown): string {
  // JSON has no raw line ends, so one data line holds it; an id must not smuggle one in.
  const idLine = id === undefined ? "" : `id: ${id.replaceAll(/[\r\n\0]/g, "")}\n`;
  const eventLine = event === undefined ? "" : `event: ${event}\n`;
  return `${idLine}${eventLine}data: ${JSON.stringify(data)}\n\n`;
}

export function answerEvents(
  source: AsyncIterable<StreamEvent<unknown>>,
  options: EventStreamOptions,
): Response {
  const { headers, controller: abort, encodeError, checkAccess, closing, onEnd } = options;
  const times = { ...defaultEventStreamTimes, ...options.times };
  const encoder = new TextEncoder();
  const iterator = source[Symbol.asyncIterator]();
  const timers: NodeJS.Timeout[] = [];
  let isDone = false;
  let breakOff: () => void = () => undefined;
  let stopListening: () => void = () => undefined;

  const stop = () => {
    if (isDone) return;
    isDone = true;
    closing?.removeEventListener("abort", breakOff);
    stopListening();
    for (const timer of timers) clearInterval(timer);
    abort.abort(new DOMException("The client went away.", "AbortError"));
    onEnd();
  };

  /** Ends from outside of the source, which hears of it by the signal. */
  const cutOff = (stream: ReadableStreamDefaultController<Uint8Array>, last?: string) => {
    if (isDone) return;
    stop();
    if (last !== undefined) stream.enqueue(encoder.encode(last));
    stream.close();
    // One that ignores the signal ends late or never; nobody waits for it.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  };

  const startTimers = (stream: ReadableStreamDefaultController<Uint8Array>) => {
    let isChecking = false;
    const beat = () => {
      if ((stream.desiredSize ?? 0) > 0) stream.enqueue(encoder.encode(": beat\n\n"));
    };
    const recheck = () => {
      if (isChecking) return;
      isChecking = true;
      checkAccess()
        .catch((error: unknown) => cutOff(stream, frame("error", undefined, encodeError(error))))
        .finally(() => {
          isChecking = false;
        });
    };
    stopListening = options.onAccessChange?.(recheck) ?? stopListening;
    timers.push(
      setInterval(beat, times.heartbeatMs),
      setInterval(recheck, times.recheckMs),
      setTimeout(() => cutOff(stream), times.maxAgeMs),
    );
    for (const timer of timers) timer.unref();
  };

  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      stream.enqueue(encoder.encode(": open\n\n"));
      startTimers(stream);
      breakOff = () => cutOff(stream);
      closing?.addEventListener("abort", breakOff);
      if (closing?.aborted) breakOff();
    },
    async pull(stream) {
      let last: string;
      try {
        const next = await iterator.next();
        if (isDone) return;
        if (!next.done) {
          stream.enqueue(encoder.encode(frame(undefined, next.value.id, next.value.data)));
          return;
        }
        last = frame("end", undefined, {});
      } catch (error) {
        if (isDone) return;
        last = frame("error", undefined, encodeError(error));
      }
      stop();
      stream.enqueue(encoder.encode(last));
      stream.close();
    },
    async cancel() {
      stop();
      await iterator.return?.();
    },
  });
  headers.set("content-type", "text/event-stream; charset=utf-8");
  // Proxies that buffer would hold events back.
  headers.set("x-accel-buffering", "no");
  return new Response(body, { status: 200, headers });
}
