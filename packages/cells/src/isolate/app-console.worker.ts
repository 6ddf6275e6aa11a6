/**
 * The console of an app's isolate: collects lines and sends them to the host in batches.
 *
 * Imported before the app's own modules, so that what they log while loading is kept too.
 * Trust: the app can change or bypass all of this; it can only forge its own logs.
 */

import { env, waitUntil } from "cloudflare:workers";
import { AsyncLocalStorage } from "node:async_hooks";

type Level = "debug" | "info" | "warn" | "error";

interface Line {
  readonly level: Level;
  readonly message: string;
  readonly requestId: string | null;
}

/** What one invocation of the app carries along its asynchronous calls. */
export interface Invocation {
  readonly requestId: string | null;
  waitUntil(promise: Promise<unknown>): void;
  lines: Line[];
  dropped: number;
  isFlushPlanned: boolean;
}

interface LogSink {
  log(lines: readonly Line[]): Promise<void>;
}

const maxLines = 200;
const maxMessageLength = 4_000;
const flushDelayMs = 5;

const invocations = new AsyncLocalStorage<Invocation>();

/**
 * For lines of no invocation: from modules while they load, and from listeners, which the engine
 * calls without what stood around them when they were added.
 */
const loose: Invocation = {
  requestId: null,
  waitUntil,
  lines: [],
  dropped: 0,
  isFlushPlanned: false,
};

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.stack ?? `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Cycles and BigInt have no JSON; a log line needs only some text.
    return String(value);
  }
}

/** Takes the lines once the turn, or a little more, is over. */
async function flush(invocation: Invocation): Promise<void> {
  // What ends the loose ones' request early must not keep the next ones' lines.
  if (invocation === loose) await null;
  else await new Promise((resolve) => setTimeout(resolve, flushDelayMs));
  const lines = invocation.lines;
  if (invocation.dropped > 0) {
    const message = `${invocation.dropped} more lines were dropped`;
    lines.push({ level: "warn", message, requestId: invocation.requestId });
  }
  invocation.lines = [];
  invocation.dropped = 0;
  invocation.isFlushPlanned = false;
  await (env.BERTH as LogSink).log(lines);
}

function planFlush(invocation: Invocation): void {
  if (invocation.isFlushPlanned) return;
  try {
    invocation.waitUntil(Promise.resolve());
  } catch {
    // The modules are still loading: the first request takes the lines along.
    return;
  }
  invocation.isFlushPlanned = true;
  invocation.waitUntil(flush(invocation));
}

function record(level: Level, values: readonly unknown[]): void {
  const invocation = invocations.getStore() ?? loose;
  const message = values.map(textOf).join(" ").slice(0, maxMessageLength);
  if (invocation.lines.length >= maxLines) {
    invocation.dropped += 1;
    return;
  }
  invocation.lines.push({ level, message, requestId: invocation.requestId });
  planFlush(invocation);
}

/** Runs `callback` so that what it logs carries the request's id. */
export function withInvocation<Result>(
  requestId: string | null,
  ctx: { waitUntil(promise: Promise<unknown>): void },
  callback: () => Result,
): Result {
  const invocation: Invocation = {
    requestId,
    waitUntil: (promise) => ctx.waitUntil(promise),
    lines: [],
    dropped: 0,
    isFlushPlanned: false,
  };
  if (loose.lines.length > 0) {
    invocation.lines = loose.lines;
    loose.lines = [];
    planFlush(invocation);
  }
  return invocations.run(invocation, callback);
}

/** A failure that ends an invocation is logged with its stack; the server is told the message. */
export function recordFailure(error: unknown): void {
  record("error", [error]);
}

const levels = {
  log: "info",
  info: "info",
  debug: "debug",
  trace: "debug",
  warn: "warn",
  error: "error",
} as const;
for (const [name, level] of Object.entries(levels)) {
  (console as unknown as Record<string, unknown>)[name] = (...values: unknown[]) =>
    record(level, values);
}
