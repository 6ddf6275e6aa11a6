/** The pool's public face; `open-cell-pool.ts` builds one. */

import type { ErrorCode } from "@berth/protocol";
import type {
  CellRequest,
  CellResponse,
  CellSink,
  CellUpgrade,
  EntryKind,
  EntryResult,
  HookContext,
  HookResult,
  LoadReport,
} from "../calls.ts";
import type { JsonValue } from "../json.ts";
import type { CellClock, CellLogger } from "../ports.ts";
import type { LimitEnforcer } from "../posture/posture.ts";
import type { IsolateSpec } from "../spec.ts";

export const defaultMaxWaitMs = 10_000;

export interface CellPoolOptions extends CellSink {
  /** Made when missing. Holds sockets and the engine's configuration; one pool at a time. */
  readonly folder: string;
  /** `off` runs the engine unjailed: development only. */
  readonly jail: "required" | "off";
  /** Blank cells kept waiting for each heap class in use. Default 1. */
  readonly warmCells?: number;
  /** Cells without a request for so long are stopped. Default 10 minutes; 0 never. */
  readonly idleStopMs?: number;
  /** How long a request waits for its turn, or for a cell to become free. Default 10 s. */
  readonly maxWaitMs?: number;
  /** Of one busy isolate; they divide its processor share. Default 4. */
  readonly maxCellsPerIsolate?: number;
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
  /** Other isolates run in them too: then memory and processor time are of all together. */
  readonly isShared: boolean;
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

export type CellLossCause = "memory" | "cpu" | "deadline" | "start" | "crash";

export type CellEvent =
  | { readonly type: "cell-started"; readonly cellId: string; readonly startMs: number }
  | { readonly type: "cell-start-failed"; readonly message: string }
  | {
      readonly type: "cell-stopped";
      readonly cellId: string;
      readonly isolateKeys: readonly string[];
      readonly reason: "idle" | "released" | "capacity" | "invalid" | "replaced" | "closed";
    }
  | {
      readonly type: "cell-lost";
      readonly cellId: string;
      readonly isolateKeys: readonly string[];
      readonly cause: CellLossCause;
      readonly detail: string;
    }
  | {
      /** The same as the error's details, and as the line in the app's log. */
      readonly type: "limit-exceeded";
      /** Null when the request was refused before a cell was asked. */
      readonly cellId: string | null;
      readonly isolateKey: string;
      readonly requestId: string | null;
      readonly code: ErrorCode;
      /** As posture names it, such as `memory` or `egress rate`. */
      readonly limit: string;
      readonly enforcer: LimitEnforcer;
      /** In the unit of the limit's field in `CellLimits`. */
      readonly allowed: number;
    }
  | {
      readonly type: "quarantined";
      readonly isolateKey: string;
      readonly losses: number;
      readonly backoffMs: number;
    };

export interface Quarantined {
  readonly isolateKey: string;
  /** What ended its cell the last time. */
  readonly reason: string;
  /** By the pool's clock. */
  readonly heldUntil: number;
}

export interface CellPool extends AsyncDisposable {
  /**
   * Sends one request to the isolate; starts and loads it when it is not there.
   *
   * @throws BerthError `FUNCTION_THREW`, `MODULE_INVALID`, `SANDBOX_*`, `CELL_*`; the body may
   * fail later with `SANDBOX_RESPONSE_TOO_LARGE`, `CELL_LOST` or another of these
   */
  fetch(spec: IsolateSpec, request: CellRequest): Promise<CellResponse>;
  /**
   * Asks the isolate for a WebSocket. An app that answers otherwise gives a `CellResponse`. The
   * request's `method` is GET; the handshake's own headers but `connection` and `upgrade` are the
   * caller's. The wall limit ends with the handshake; processor time is counted on.
   *
   * @throws BerthError as `fetch` does
   */
  upgrade(spec: IsolateSpec, request: CellRequest): Promise<CellUpgrade | CellResponse>;
  /**
   * Runs the app's `scheduled` or `event` handler under the limits of a request.
   *
   * @param input - of `scheduled`: `{ scheduledTime, cron }`; of `event`: the event
   * @throws BerthError as `fetch` does
   */
  callEntry(
    spec: IsolateSpec,
    kind: EntryKind,
    input: JsonValue,
    context: HookContext,
  ): Promise<EntryResult>;
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
  /**
   * Goes over to another engine: new cells are started with it, and each old one is stopped once it
   * has finished its requests, at most a minute later. No request fails by it.
   *
   * @param binary - default: the engine that is installed now
   * @throws BerthError `CELL_START_FAILED` when no cell starts with it; then nothing has changed
   */
  replaceEngine(binary?: string): Promise<void>;
  /** Isolates that are held back for crashing again and again. */
  quarantined(): readonly Quarantined[];
  /** Lets an isolate that is held back start again at once, with a clean record. */
  pardon(key: string): void;
  /** @returns how many cells were stopped */
  stopIdle(olderThanMs: number): Promise<number>;
  usage(key: string): IsolateUsage | undefined;
  list(): readonly CellInfo[];
  onEvent(listener: (event: CellEvent) => void): () => void;
  close(): Promise<void>;
}
