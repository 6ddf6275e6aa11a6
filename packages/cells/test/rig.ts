/** A real pool in the real jail, with a gateway that remembers what it was asked. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { specOf as madeUpSpec, requestOf } from "../src/conformance/trial.ts";
import {
  type CellCall,
  type CellEvent,
  type CellLogEntry,
  type CellPool,
  type CellRequest,
  defaultCellLimits,
  type EgressCall,
  type IsolateModule,
  type IsolateSpec,
  type JailedPoolOptions,
  openCellPool,
} from "../src/index.ts";

export { requestOf };

export const quietLogger = Object.freeze({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
});

export interface Rig extends AsyncDisposable {
  readonly pool: CellPool;
  readonly folder: string;
  readonly calls: CellCall[];
  readonly egress: EgressCall[];
  readonly logs: CellLogEntry[];
  readonly events: CellEvent[];
  /** For tests that ask what a request failed with; they add to it themselves. */
  readonly failures: { readonly isolateKey: string; readonly error: unknown }[];
  /** Resolves with the first event, past or coming, that `matches`. */
  event<Type extends CellEvent["type"]>(type: Type): Promise<Extract<CellEvent, { type: Type }>>;
  /** Resolves once a log line or an event made it true. */
  until(isSo: () => boolean): Promise<void>;
  /** Resolves once a log line holds `part`. */
  log(part: string): Promise<CellLogEntry>;
}

/** Real time that a test may stop and move on by hand. */
export interface TestClock {
  now(): number;
  /** Until it is disposed of, no time passes by itself. */
  stop(): Disposable;
  advance(ms: number): void;
  /** Resolves when the time was asked for so many times more: somebody has looked. */
  asked(times: number): Promise<void>;
}

export function createTestClock(): TestClock {
  let ahead = 0;
  let stoppedAt: number | undefined;
  const waiting = new Set<{ left: number; readonly resolve: () => void }>();
  return {
    now() {
      for (const one of waiting) {
        one.left -= 1;
        if (one.left > 0) continue;
        waiting.delete(one);
        one.resolve();
      }
      return stoppedAt ?? Date.now() + ahead;
    },
    stop() {
      stoppedAt = Date.now() + ahead;
      return {
        [Symbol.dispose]() {
          ahead = (stoppedAt ?? 0) - Date.now();
          stoppedAt = undefined;
        },
      };
    },
    advance(ms) {
      if (stoppedAt === undefined) ahead += ms;
      else stoppedAt += ms;
    },
    asked: (left) => new Promise((resolve) => void waiting.add({ left, resolve })),
  };
}

async function until<T>(find: () => T | undefined, listeners: Set<() => void>): Promise<T> {
  const found = find();
  if (found !== undefined) return found;
  return new Promise((resolve) => {
    const look = () => {
      const next = find();
      if (next === undefined) return;
      listeners.delete(look);
      resolve(next);
    };
    listeners.add(look);
  });
}

export async function openRig(options: Partial<JailedPoolOptions> = {}): Promise<Rig> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "berth-cells-"));
  const calls: CellCall[] = [];
  const egress: EgressCall[] = [];
  const logs: CellLogEntry[] = [];
  const events: CellEvent[] = [];
  const failures: Rig["failures"] = [];
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  const pool = await openCellPool({
    jail: "required",
    idleStopMs: 0,
    logger: quietLogger,
    onCall: (call) => Promise.resolve(call.args),
    onEgress: () => Promise.resolve({ status: 204, headers: [], body: Readable.from([]) }),
    ...options,
    folder,
    onLog(entry) {
      logs.push(entry);
      tell();
    },
    ...(options.onCall === undefined
      ? {
          onCall(call: CellCall) {
            calls.push(call);
            return Promise.resolve(call.args);
          },
        }
      : {}),
  });
  pool.onEvent((event) => {
    events.push(event);
    tell();
  });
  return {
    pool,
    folder,
    calls,
    egress,
    logs,
    events,
    failures,
    event: (type) =>
      until(
        () =>
          events.find(
            (event): event is Extract<CellEvent, { type: typeof type }> => event.type === type,
          ),
        listeners,
      ),
    until: async (isSo) => void (await until(() => isSo() || undefined, listeners)),
    log: (part) => until(() => logs.find((entry) => entry.message.includes(part)), listeners),
    async [Symbol.asyncDispose]() {
      await pool.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type SpecChanges = Partial<Omit<IsolateSpec, "limits">> & {
  limits?: Partial<IsolateSpec["limits"]>;
};

/** @param main - the main module's text, or all modules with `main.js` among them */
export function specOf(
  main: string | Readonly<Record<string, IsolateModule>>,
  changes: SpecChanges = {},
): IsolateSpec {
  const limits = { ...defaultCellLimits, ...changes.limits };
  const modules = typeof main === "string" ? {} : { modules: main };
  const placement = changes.placement ?? changes.key ?? "app@1";
  return madeUpSpec(typeof main === "string" ? main : "", {
    ...modules,
    ...changes,
    placement,
    limits,
  });
}

export async function getText(
  pool: CellPool,
  spec: IsolateSpec,
  request: CellRequest = requestOf(),
): Promise<string> {
  const response = await pool.fetch(spec, request);
  return text(response.body);
}

/** For a promise whose rejection is awaited later: until then it must not count as unhandled. */
export function expectLater(promise: Promise<unknown>): void {
  void Promise.allSettled([promise]);
}
