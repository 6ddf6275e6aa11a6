/**
 * The logs of installations: taken at once, written in groups, followed live.
 *
 * Takes a bounded rate from each installation; what is over is counted and said in one line. The
 * newest lines of installations in use are also kept in memory, for followers.
 * Invariant: ids grow within an installation, across restarts too while the clock does not go back.
 * Trust: messages come from apps. They are cut to a length and otherwise kept as they are; whoever
 * shows them must not read them as markup or terminal codes.
 */
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import { createPeriodicFlush } from "../storage/periodic-flush.ts";
import { createStream, type LogStream } from "./log-stream.ts";
import { createLogTable } from "./log-table.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogSource = "function" | "view" | "berth";

export interface LogLine {
  readonly level: LogLevel;
  readonly source: LogSource;
  readonly requestId: string | null;
  readonly message: string;
}

export interface LogEntry extends LogLine {
  /** Decimal digits. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Insight extends AsyncDisposable {
  /** Never throws and never waits. */
  write(installationId: string, line: LogLine): void;
  /**
   * The newest entries, oldest first.
   *
   * @param organizationId - whose it is, for what serves one organization; any when left out
   */
  list(
    installationId: string,
    limit: number,
    organizationId?: string,
  ): Promise<readonly LogEntry[]>;
  /**
   * Entries after `afterId`, or from now on when it is null, until the signal aborts or the
   * installation is removed.
   */
  follow(
    installationId: string,
    afterId: string | null,
    signal: AbortSignal,
  ): AsyncIterable<LogEntry>;
  flush(): Promise<void>;
  /** Ends its followers. */
  remove(installationId: string): Promise<void>;
  /** Flushes once more, ends every follower and stops. Idempotent. */
  close(): Promise<void>;
}

export interface InsightLimits {
  /** Kept in the table for each installation. */
  readonly entriesKept: number;
  readonly linesPerSecond: number;
  readonly maxMessageLength: number;
  readonly flushIntervalMs: number;
}

export const defaultInsightLimits: InsightLimits = Object.freeze({
  entriesKept: 5_000,
  linesPerSecond: 200,
  maxMessageLength: 4_000,
  flushIntervalMs: 250,
});

export interface InsightOptions {
  readonly database: Pick<Database, "kysely" | "of">;
  readonly ground: Ground;
  readonly limits?: Partial<InsightLimits>;
  /**
   * Where the ids of a millisecond begin, of a thousand: two processes that write the lines of one
   * installation, as in a hand-over, must not give the same. Default 0.
   */
  readonly idOffset?: number;
}

export function createInsight(options: InsightOptions): Insight {
  const { ground, idOffset = 0 } = options;
  const limits = { ...defaultInsightLimits, ...options.limits };
  const table = createLogTable({ database: options.database, entriesKept: limits.entriesKept });
  const streams = new Map<string, LogStream>();
  const ending = new AbortController();

  function streamOf(installationId: string): LogStream {
    const known = streams.get(installationId);
    if (known !== undefined) return known;
    const stream = createStream({ clock: ground.clock, limits, idOffset });
    streams.set(installationId, stream);
    return stream;
  }

  async function flushAll(): Promise<void> {
    for (const [installationId, stream] of streams) {
      const entries = stream.unwritten();
      if (entries.length > 0) {
        await table.append(installationId, entries);
        stream.written(entries.length);
      } else if (stream.isIdle()) streams.delete(installationId);
    }
  }

  const { flush, idle, stop } = createPeriodicFlush({
    write: flushAll,
    intervalMs: limits.flushIntervalMs,
    logger: ground.logger,
    complaint: "app logs were not written; they are kept for the next time",
  });

  async function* follow(
    installationId: string,
    afterId: string | null,
    signal: AbortSignal,
  ): AsyncGenerator<LogEntry> {
    const isOver = AbortSignal.any([signal, ending.signal]);
    const stream = streamOf(installationId);
    using _hold = stream.hold();
    let last = Math.min(parseId(afterId) ?? Number.POSITIVE_INFINITY, stream.newestId());
    // A line may come between two looks; `changed` is taken first so that none is missed.
    while (!isOver.aborted && !stream.hasEnded()) {
      const changed = stream.changed(isOver);
      let entries = stream.after(last);
      if (entries === undefined) {
        await flush();
        entries = await table.after(installationId, last, 500);
      }
      for (const entry of entries) {
        if (isOver.aborted) return;
        last = Number(entry.id);
        yield entry;
      }
      if (entries.length === 0) await changed;
    }
  }

  async function close(): Promise<void> {
    ending.abort();
    stop();
    // Again at each call: lines may come from requests that end after the followers.
    await flush();
  }

  return {
    write: (installationId, line) => streamOf(installationId).add(line),
    follow,
    flush,
    close,
    [Symbol.asyncDispose]: close,
    async list(installationId, limit, organizationId) {
      await flush();
      return table.latest(installationId, limit, organizationId);
    },
    async remove(installationId) {
      await idle();
      streams.get(installationId)?.end();
      streams.delete(installationId);
      await table.remove(installationId);
    },
  };
}

function parseId(text: string | null): number | undefined {
  return text !== null && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}
