/**
 * Reads a stream of bytes up to a bound.
 *
 * Invariant: not one chunk is asked for after the bound is passed, and the source is told to stop.
 */
import { overBound } from "./limits.ts";

export interface SourceOptions {
  readonly maxTotalBytes: number;
  /** Ends the reading at once, also while the source is silent. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws PACKAGE_TOO_LARGE instead of yielding the chunk that passes the bound; the signal's reason */
export async function* boundedChunks(
  source: AsyncIterable<Uint8Array>,
  options: SourceOptions,
): AsyncGenerator<Uint8Array> {
  const { maxTotalBytes, signal } = options;
  let totalBytes = 0;
  for await (const chunk of untilAborted(source, signal)) {
    totalBytes += chunk.byteLength;
    if (totalBytes > maxTotalBytes) {
      const what = `The package has more than ${maxTotalBytes} bytes, and reading stopped there`;
      throw overBound("maxTotalBytes", maxTotalBytes, what);
    }
    if (chunk.byteLength > 0) yield chunk;
  }
}

async function* untilAborted(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  // Nobody may be waiting when the signal fires; the next wait reads it.
  aborted.promise.catch(() => undefined);
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const iterator = source[Symbol.asyncIterator]();
  let isDone = false;
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      isDone = next.done === true;
      if (isDone) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    if (!isDone) await stop(iterator, signal);
  }
}

/** A generator that waits answers `return` only when its wait ends, so an abort does not wait for it. */
async function stop(iterator: AsyncIterator<Uint8Array>, signal: AbortSignal): Promise<void> {
  const stopped = Promise.resolve(iterator.return?.());
  // The reason that the reading ended is what the caller must see, not a failure to clean up.
  const quiet = stopped.catch(() => undefined);
  if (!signal.aborted) await quiet;
}
