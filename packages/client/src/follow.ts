/**
 * Server-Sent Events over fetch, so that a bearer token can be sent and a stream can be
 * resumed by its last id.
 */
import { BerthError, isBerthError, parseWireError } from "@berth/protocol";
import { EventSourceParserStream } from "eventsource-parser/stream";

export interface StreamEvent<T> {
  readonly id: string | undefined;
  readonly data: T;
}

const maxReconnects = 5;
/** A connection that lived so long was a good one: servers break streams off after a while. */
const goodConnectionMs = 30_000;

/**
 * Yields events until the server says `event: end`, or `signal` aborts (then it returns).
 * A connection that breaks is opened again with `Last-Event-ID`, up to five times in a
 * row without an event or half a minute between, waiting 0.25 s × 2ⁿ.
 *
 * @throws BerthError as the server says, or SERVER_UNREACHABLE after the last attempt
 */
export async function* followEvents<T>(
  connect: (headers: Record<string, string>) => Promise<Response>,
  parse: (data: unknown) => T,
  signal?: AbortSignal,
): AsyncGenerator<StreamEvent<T>> {
  let lastId: string | undefined;
  let failures = 0;
  while (!signal?.aborted) {
    const startedAt = performance.now();
    try {
      const response = await connect({
        accept: "text/event-stream",
        ...(lastId === undefined ? {} : { "last-event-id": lastId }),
      });
      if (!response.body) return;
      const events = response.body
        .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
        .pipeThrough(new EventSourceParserStream());
      for await (const event of iterate(events)) {
        if (event.event === "end") return;
        if (event.event === "error") throw parseWireError(JSON.parse(event.data));
        failures = 0;
        lastId = event.id ?? lastId;
        yield { id: event.id, data: parse(JSON.parse(event.data)) };
      }
      throw new BerthError("SERVER_UNREACHABLE", "The event stream ended before its end.");
    } catch (error) {
      if (signal?.aborted) return;
      if (performance.now() - startedAt >= goodConnectionMs) failures = 0;
      const isBroken = !isBerthError(error) || error.definition.isRetryable;
      if (!isBroken || ++failures > maxReconnects) throw error;
      await pause(250 * 2 ** (failures - 1), signal);
    }
  }
}

async function* iterate<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Cancelling tells the server that nobody listens; a stream that broke cannot be cancelled.
    await reader.cancel().catch(() => undefined);
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
