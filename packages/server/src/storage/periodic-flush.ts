/**
 * Writes what gathers in memory, every so often and on demand, one flush at a time.
 *
 * Invariant: two flushes never overlap; a flush that was asked for begins after the ask.
 */
import type { Logger } from "pino";

export interface PeriodicFlush {
  /** Writes now. @throws what the write throws */
  flush(): Promise<void>;
  /** Waits for the flush that runs, if one does; never throws. */
  idle(): Promise<void>;
  /** Writes no more by itself. */
  stop(): void;
}

export interface PeriodicFlushOptions {
  readonly write: () => Promise<void>;
  readonly intervalMs: number;
  readonly logger: Logger;
  /** Said when a write by itself failed; what was to be written must still be there. */
  readonly complaint: string;
}

export function createPeriodicFlush(options: PeriodicFlushOptions): PeriodicFlush {
  let running: Promise<void> | undefined;

  async function idle(): Promise<void> {
    // Told to whoever started it; here only its end counts.
    await running?.catch(() => undefined);
  }

  async function flush(): Promise<void> {
    while (running !== undefined) await idle();
    running = options.write();
    try {
      await running;
    } finally {
      running = undefined;
    }
  }

  const timer = setInterval(() => {
    if (running !== undefined) return;
    flush().catch((error: unknown) => options.logger.warn({ err: error }, options.complaint));
  }, options.intervalMs);
  timer.unref();

  return { flush, idle, stop: () => clearInterval(timer) };
}
