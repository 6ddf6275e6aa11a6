/**
 * Reads what a metered app's heartbeat carries, on the page's side.
 *
 * Trust: it comes from a worker, where only our own script holds the port; it is parsed all the
 * same, and what it says of the app bounds nothing but the app.
 * Needs nothing of the runtime while it runs: it is in a chunk of its own, and shares none.
 */
import type { ErrorCode } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import type { Reading } from "../resources/reading.ts";

/** What the engine counts of its app. */
export interface EngineUsage {
  /** Turns of loops and calls of functions since the start, counted by ten thousand. */
  readonly instructions: number;
  /** The most in one turn. */
  readonly longestTurn: number;
}

export interface MeteredReadings {
  /** MB of the app's own values. */
  readonly memory: Reading;
  /** Percent of one core, of the last ten seconds. */
  readonly cpu: Reading;
  readonly engine: EngineUsage;
}

/** Why the app ended: what its error is made of. */
export interface EngineFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface BeatReader {
  /** @returns why the app ended, where it did */
  read(data: unknown): EngineFailure | undefined;
}

export interface BeatReaderOptions {
  readonly instance: string;
  readonly clock: Clock;
  readonly onReadings: (readings: MeteredReadings) => void;
}

const windowMs = 10_000;
const bytesPerMb = 1_048_576;
const maxBeats = 400;

export function createBeatReader({ instance, clock, onReadings }: BeatReaderOptions): BeatReader {
  let beats: { readonly at: number; readonly busyMs: number }[] = [];
  const startedAt = clock.now();
  return {
    read(data) {
      const { busyMs, heapBytes, instructions, longestTurn, end } = membersOf(data);
      const at = clock.now();
      beats.push({ at, busyMs: numberOf(busyMs) });
      beats = beats.filter((beat) => at - beat.at < windowMs).slice(-maxBeats);
      const observedMs = Math.min(windowMs, at - startedAt);
      const sum = beats.reduce((all, beat) => all + beat.busyMs, 0);
      const kind = "measured";
      onReadings({
        memory:
          typeof heapBytes === "number"
            ? { kind, value: Math.round((heapBytes / bytesPerMb) * 100) / 100, unit: "MB" }
            : { kind: "unavailable", value: null, unit: "MB", reason: "not counted yet" },
        cpu:
          observedMs > 0
            ? { kind, value: Math.min(100, Math.round((100 * sum) / observedMs)), unit: "percent" }
            : { kind: "unavailable", value: null, unit: "percent", reason: "it has just begun" },
        engine: { instructions: numberOf(instructions), longestTurn: numberOf(longestTurn) },
      });
      return end === undefined ? undefined : failureOf(membersOf(end), instance);
    },
  };
}

function failureOf(end: Readonly<Record<string, unknown>>, instance: string): EngineFailure {
  if (end.kind === "limit") {
    const [limit, value, allowed] = [String(end.limit), numberOf(end.value), numberOf(end.allowed)];
    const what =
      limit === "memory"
        ? `it needs more memory than the ${allowed} bytes of its resources.memory`
        : `it took ${value} instructions, where its runtime.${limit} is ${allowed}`;
    return {
      code: "VIEW_LIMIT_EXCEEDED",
      message: `The app ${instance} was ended: ${what}.`,
      details: { limit, value, allowed },
    };
  }
  const message = typeof end.message === "string" ? end.message.slice(0, 2_000) : "it threw";
  return {
    code: "VIEW_THREW",
    message: `The app ${instance} threw: ${message}`,
    details: typeof end.stack === "string" ? { stack: end.stack.slice(0, 16_000) } : {},
  };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : 0;
}
