/**
 * One installation's newest lines in memory: those not written yet, and a few for followers.
 *
 * A follower holds a position, not a queue: a slow one reads on from the table, so that it costs no
 * memory however far it is behind.
 */
import type { Clock } from "../storage/ground.ts";
import type { InsightLimits, LogEntry, LogLine } from "./insight.ts";

export interface LogStream {
  add(line: LogLine): void;
  newestId(): number;
  /** Entries after an id; undefined when memory does not reach back so far. */
  after(id: number): readonly LogEntry[] | undefined;
  /** Resolves at the next line, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
  unwritten(): readonly LogEntry[];
  /** The oldest `count` unwritten entries are in the table now. */
  written(count: number): void;
  /** Ends its followers: what it is of is gone. */
  end(): void;
  hasEnded(): boolean;
  /** Keeps the stream in memory until disposed of. */
  hold(): Disposable;
  /** True when nothing is lost by forgetting the stream. */
  isIdle(): boolean;
}

export interface LogStreamOptions {
  readonly clock: Clock;
  readonly limits: Pick<InsightLimits, "linesPerSecond" | "maxMessageLength">;
  /** See `InsightOptions`. */
  readonly idOffset: number;
}

const keptInMemory = 200;
/** While the table does not take them, older lines give way. */
const maxUnwritten = 5_000;
const idleMs = 60_000;

export function createStream({ clock, limits, idOffset }: LogStreamOptions): LogStream {
  let recent: LogEntry[] = [];
  let waiting: LogEntry[] = [];
  let writing = 0;
  let lastId = clock.now() * 1_000;
  /** Everything after this id is in `recent`. */
  let reachesBackTo = lastId;
  let holders = 0;
  let lastUsedAt = clock.now();
  let second = 0;
  let inSecond = 0;
  let dropped = 0;
  let isOver = false;
  const wakers = new Set<() => void>();

  function push(line: LogLine, at: number): void {
    lastId = Math.max(lastId + 1, at * 1_000 + idOffset);
    const message =
      line.message.length > limits.maxMessageLength
        ? `${line.message.slice(0, limits.maxMessageLength)}…`
        : line.message;
    // PostgreSQL's text holds neither NUL nor half of a surrogate pair.
    const entry: LogEntry = {
      ...line,
      message: message.toWellFormed().replaceAll("\0", "\u2400"),
      id: String(lastId),
      at,
    };
    waiting.push(entry);
    if (waiting.length > maxUnwritten + writing) waiting.splice(writing, 1);
    recent.push(entry);
    if (recent.length > 2 * keptInMemory) {
      recent = recent.slice(-keptInMemory);
      reachesBackTo = Number(recent[0]?.id) - 1;
    }
    lastUsedAt = at;
    for (const wake of wakers) wake();
  }

  function sayDropped(at: number): void {
    if (dropped === 0) return;
    const message = `${dropped} log lines were dropped; at most ${limits.linesPerSecond} a second are kept.`;
    dropped = 0;
    push({ level: "warn", source: "berth", requestId: null, message }, at);
  }

  return {
    add(line) {
      const at = clock.now();
      const now = Math.floor(at / 1_000);
      if (now !== second) {
        second = now;
        inSecond = 0;
        sayDropped(at);
      }
      inSecond += 1;
      if (inSecond > limits.linesPerSecond) dropped += 1;
      else push(line, at);
    },
    newestId: () => lastId,
    after(id) {
      if (id < reachesBackTo) return undefined;
      return recent.filter((entry) => Number(entry.id) > id);
    },
    changed: (signal) =>
      new Promise((resolve) => {
        const done = () => {
          wakers.delete(done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        wakers.add(done);
        signal.addEventListener("abort", done, { once: true });
        if (signal.aborted) done();
      }),
    unwritten() {
      const at = clock.now();
      if (Math.floor(at / 1_000) !== second) sayDropped(at);
      const group = waiting.slice(0, 500);
      writing = group.length;
      return group;
    },
    written(count) {
      waiting = waiting.slice(count);
      writing = 0;
    },
    end() {
      isOver = true;
      for (const wake of wakers) wake();
    },
    hasEnded: () => isOver,
    hold() {
      holders += 1;
      return {
        [Symbol.dispose]() {
          holders -= 1;
          lastUsedAt = clock.now();
        },
      };
    },
    isIdle: () =>
      holders === 0 && waiting.length === 0 && dropped === 0 && clock.now() - lastUsedAt > idleMs,
  };
}
