/**
 * Between the engine and the worker around it: carries the app's asks to the host and their answers
 * back, keeps its timers, and counts the time it takes.
 *
 * Owns the timers and the ids of what waits. Trust: what the engine says is the app's, hostile until
 * parsed; the asks themselves are parsed once more by the page, which decides them.
 */
import type { HostApi, ViewErrorReport } from "@berth/protocol";
import { type Engine, type EngineEnd, outOfMemoryText } from "./engine.ts";

export interface MeteredHostOptions {
  readonly engine: Engine;
  readonly host: HostApi;
  /** As the worker has them: paced by the page. */
  readonly timers: Pick<
    typeof globalThis,
    "setTimeout" | "setInterval" | "clearTimeout" | "clearInterval"
  >;
  readonly maxHeapBytes: number;
  /** Runs a turn of the engine, timed. */
  readonly timed: <Result>(turn: () => Result) => Result;
  /** Once: no code of the app runs any more. */
  readonly onEnd: (end: EngineEnd) => void;
}

/** What the host asks of the app. */
export type Hook = "start" | "update" | "pause" | "resume" | "stop" | "message";

export interface MeteredHost {
  /** Runs the app's module; the hooks come after it. */
  evaluate(code: string): void;
  /** Resolves with what the app's function did; never when the engine has ended. */
  run(hook: Hook, value: unknown): Promise<unknown>;
  /** From the engine. */
  take(text: string): void;
}

interface Said {
  readonly kind: string;
  readonly id: number;
  readonly value: unknown;
}

const asked = ["fetch", "call", "saveViewState", "requestPermission"] as const;
const maxTimers = 1_000;
const minTimerMs = 4;
const maxTimerMs = 2_147_483_647;

export function createMeteredHost(options: MeteredHostOptions): MeteredHost {
  const { engine, host, timers } = options;
  const running = new Map<number, PromiseWithResolvers<unknown>>();
  const live = new Map<number, { readonly handle: number; readonly isRepeated: boolean }>();
  let lastId = 0;
  let hasEnded = false;

  function end(reason: EngineEnd): void {
    if (hasEnded) return;
    hasEnded = true;
    for (const { handle } of live.values()) timers.clearTimeout(handle);
    live.clear();
    engine.close();
    options.onEnd(reason);
  }

  function turn(work: () => EngineEnd | undefined): void {
    if (hasEnded) return;
    const ended = options.timed(work);
    if (ended !== undefined) end(ended);
  }

  function deliver(kind: string, id: number, value: unknown): void {
    turn(() => engine.deliver(JSON.stringify({ kind, id, value })));
  }

  function ask(method: (typeof asked)[number], id: number, value: unknown): void {
    // The page parses each by its own schema, whatever its type here.
    const call = host[method] as (value: unknown) => Promise<unknown>;
    call(value).then(
      (answer) => deliver("answer", id, answer ?? null),
      (error: unknown) => {
        const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
        deliver("refusal", id, {
          code: typeof code === "string" ? code : null,
          message: typeof message === "string" ? message : "It was refused.",
        });
      },
    );
  }

  function startTimer(id: number, value: unknown): void {
    const { ms, isRepeated } = (value ?? {}) as { ms?: unknown; isRepeated?: unknown };
    if (live.has(id)) return;
    if (live.size >= maxTimers) {
      report({ message: `RangeError: More than ${maxTimers} timers wait.`, isFatal: false });
      return;
    }
    const waitMs = Math.min(maxTimerMs, Math.max(minTimerMs, Number(ms) || 0));
    const due = (): void => {
      if (isRepeated !== true) live.delete(id);
      deliver("due", id, null);
    };
    const set = isRepeated === true ? timers.setInterval : timers.setTimeout;
    // A worker's timers are numbers.
    live.set(id, {
      handle: set(due, waitMs) as unknown as number,
      isRepeated: isRepeated === true,
    });
  }

  function report(error: ViewErrorReport): void {
    // The session is gone, and with it whoever could be told.
    host.report(error).catch(() => {});
  }

  function failed(id: number, value: unknown): void {
    const told = (value ?? {}) as { message?: unknown; stack?: unknown };
    const message = typeof told.message === "string" ? told.message : "The app threw.";
    const stack = typeof told.stack === "string" ? { stack: told.stack } : {};
    if (message === outOfMemoryText) {
      const bytes = options.maxHeapBytes;
      end({ kind: "limit", limit: "memory", value: bytes, allowed: bytes });
      return;
    }
    const slot = running.get(id);
    running.delete(id);
    if (slot === undefined) report({ message, ...stack, isFatal: false });
    else slot.reject(Object.assign(new Error(message), { viewStack: told.stack ?? null }));
  }

  return {
    evaluate(code) {
      turn(() => engine.evaluate(code));
      deliver("evaluated", 0, null);
    },
    run(hook, value) {
      lastId += 1;
      const slot = Promise.withResolvers<unknown>();
      running.set(lastId, slot);
      deliver(hook, lastId, value ?? null);
      return slot.promise;
    },
    take(text) {
      const { kind, id, value } = parseSaid(text);
      if ((asked as readonly string[]).includes(kind))
        ask(kind as (typeof asked)[number], id, value);
      else if (kind === "timer") startTimer(id, value);
      else if (kind === "clear") {
        timers.clearTimeout(live.get(id)?.handle);
        live.delete(id);
      } else if (kind === "log") {
        // Parsed by the page; a line that is refused there is the app's own loss.
        host.log(value as Parameters<HostApi["log"]>[0]).catch(() => {});
      } else if (kind === "done") {
        running.get(id)?.resolve(value);
        running.delete(id);
      } else if (kind === "failed") failed(id, value);
    },
  };
}

/** Only the prelude speaks; an app that found its way to it is not believed either. */
function parseSaid(text: string): Said {
  try {
    const { kind, id, value } = (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof kind === "string" && Number.isSafeInteger(id))
      return { kind, id: Number(id), value: value ?? null };
  } catch {
    // Not JSON: nothing that the prelude sends.
  }
  return { kind: "nothing", id: 0, value: null };
}
