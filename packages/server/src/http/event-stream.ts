/**
 * An iterable of events as Server-Sent Events.
 *
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
  /** Default 15,000: below the idle time-outs of common proxies. */
  readonly heartbeatMs?: number;
}

const defaultHeartbeatMs = 15_000;

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
  const { headers, controller: abort, encodeError } = options;
  const encoder = new TextEncoder();
  const iterator = source[Symbol.asyncIterator]();
  let heartbeat: NodeJS.Timeout | undefined;
  let isDone = false;

  const stop = () => {
    isDone = true;
    clearInterval(heartbeat);
    abort.abort(new DOMException("The client went away.", "AbortError"));
  };

  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      stream.enqueue(encoder.encode(": open\n\n"));
      heartbeat = setInterval(() => {
        if (!isDone && (stream.desiredSize ?? 0) > 0) stream.enqueue(encoder.encode(": beat\n\n"));
      }, options.heartbeatMs ?? defaultHeartbeatMs);
      heartbeat.unref();
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
