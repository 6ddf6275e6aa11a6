/** The pool's public face; `open-cell-pool.ts` builds one. */

import type {
  CellRequest,
  CellResponse,
  CellSink,
  HookContext,
  HookResult,
  LoadReport,
} from "../calls.ts";
import type { JsonValue } from "../json.ts";
import type { CellClock, CellLogger } from "../ports.ts";
import type { IsolateSpec } from "../spec.ts";

export interface CellPoolOptions extends CellSink {
  /** Made when missing. Holds sockets and the engine's configuration; one pool at a time. */
  readonly folder: string;
  /** `off` runs the engine unjailed: development only. */
  readonly jail: "required" | "off";
  /** Blank cells kept waiting for each heap class in use. Default 1. */
  readonly warmCells?: number;
  /** Cells without a request for so long are stopped. Default 10 minutes; 0 never. */
  readonly idleStopMs?: number;
  /** Blank ones included. Default 64. */
  readonly maxCells?: number;
  readonly engine?: { readonly binary?: string };
  /** Default: the best that this host has. */
  readonly cgroup?: "auto" | "off";
  readonly logger: CellLogger;
  readonly clock?: CellClock;
}

export interface IsolateUsage {
  /** Resident memory of the cell without page cache. */
  readonly memoryBytes: number;
  readonly cpuMs: number;
  /** Milliseconds, by the pool's clock. */
  readonly startedAt: number;
  readonly cells: number;
}

export interface CellInfo {
  readonly id: string;
  /** Undefined while the cell is blank. */
  readonly tenant: string | undefined;
  readonly placement: string | undefined;
  readonly isolateKeys: readonly string[];
  readonly inFlight: number;
  readonly memoryBytes: number;
  readonly cpuMs: number;
  readonly startedAt: number;
  readonly lastUsedAt: number;
  readonly heapClassMb: number;
  /** As the host sees it; undefined when the cell runs as the server's own user. */
  readonly hostUid: number | undefined;
  /** The engine's process as the host sees it. */
  readonly pid: number;
}

export type CellLossCause = "memory" | "cpu" | "deadline" | "crash";

export type CellEvent =
  | { readonly type: "cell-started"; readonly cellId: string; readonly startMs: number }
  | { readonly type: "cell-start-failed"; readonly message: string }
  | {
      readonly type: "cell-stopped";
      readonly cellId: string;
      readonly isolateKeys: readonly string[];
      readonly reason: "idle" | "released" | "capacity" | "invalid" | "closed";
    }
  | {
      readonly type: "cell-lost";
      readonly cellId: string;
      readonly isolateKeys: readonly string[];
      readonly cause: CellLossCause;
      readonly detail: string;
    }
  | {
      readonly type: "limit-exceeded";
      readonly cellId: string;
      readonly isolateKey: string;
      readonly limit: "memory" | "cpu" | "deadline" | "response";
      readonly requestId: string | null;
    }
  | {
      readonly type: "quarantined";
      readonly isolateKey: string;
      readonly losses: number;
      readonly backoffMs: number;
    };

export interface CellPool extends AsyncDisposable {
  /**
   * Sends one request to the isolate; starts and loads it when it is not there.
   *
   * @throws BerthError `FUNCTION_THREW`, `MODULE_INVALID`, `SANDBOX_*`, `CELL_*`; the body may
   * fail later with `SANDBOX_RESPONSE_TOO_LARGE`, `CELL_LOST` or another of these
   */
  fetch(spec: IsolateSpec, request: CellRequest): Promise<CellResponse>;
  /** Runs one of the app's own hooks (`health`, `install`, …) under the same limits. */
  callHook(
    spec: IsolateSpec,
    hook: string,
    payload: JsonValue,
    context: HookContext,
  ): Promise<HookResult>;
  /** @throws BerthError `MODULE_INVALID` with the engine's message when it does not load */
  load(spec: IsolateSpec): Promise<LoadReport>;
  /** Lets running requests end (at most 5 s), then ends the isolate, and its cell if alone. */
  release(key: string): Promise<void>;
  /** @returns how many cells were stopped */
  stopIdle(olderThanMs: number): Promise<number>;
  usage(key: string): IsolateUsage | undefined;
  list(): readonly CellInfo[];
  onEvent(listener: (event: CellEvent) => void): () => void;
  close(): Promise<void>;
}
