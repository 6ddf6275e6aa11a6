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
import type { CellDriver } from "../driver.ts";
import type { RunningJailer } from "../jail/remote-jailer.ts";
import type { JsonValue } from "../json.ts";
import type { CellClock, CellLogger } from "../ports.ts";
import type { LimitEnforcer } from "../posture/posture.ts";
import type { IsolateSpec } from "../spec.ts";

export const defaultMaxWaitMs = 10_000;

/** What holds whatever a cell is. */
export interface CellPoolBase extends CellSink {
  /** Blank cells kept waiting for each heap class in use. Default 1. */
  readonly warmCells?: number;
  /**
   * First tier of sleep: cells without a request for so long get no processor any more, and keep
   * their memory; the next request goes on at once. Default 1 minute; 0 never; anything shorter
   * than 35 s counts as 35 s, for so long an answered app may finish its work.
   */
  readonly idlePauseMs?: number;
  /**
   * Second tier: cells without a request for so long are stopped, and isolates leave a cell that
   * others keep busy. Default 10 minutes; 0 never.
   */
  readonly idleStopMs?: number;
  /** How long a request waits for its turn, or for a cell to become free. Default 10 s. */
  readonly maxWaitMs?: number;
  /** Of one busy isolate; they divide its processor share. Default 4. */
  readonly maxCellsPerIsolate?: number;
  /** Blank ones included. Default 64. */
  readonly maxCells?: number;
  /**
   * Private memory of all cells together. Above it blank cells go first, then the longest idle; a
   * busy one never does, but no cell is added. MiB; default: 70 % of the machine's, or of what the
   * server's control group may have.
   */
  readonly memoryBudgetMb?: number;
  readonly logger: CellLogger;
  readonly clock?: CellClock;
}

/** Cells of the library's own driver: workerd in bubblewrap. */
export interface JailedPoolOptions extends CellPoolBase {
  /** Made when missing. Holds sockets and the engine's configuration; one pool at a time. */
  readonly folder: string;
  /** `off` runs the engine unjailed: development only. */
  readonly jail: "required" | "off";
  readonly engine?: { readonly binary?: string };
  /** Default: the best that this host has. */
  readonly cgroup?: "auto" | "off";
  /** Of `startJailer`; it stays open when the pool closes. Default: this process jails. */
  readonly jailer?: RunningJailer;
  readonly driver?: undefined;
}

/** Cells of your own driver, which jails and limits them as it promises. */
export interface DrivenPoolOptions extends CellPoolBase {
  /** Closed with the pool. */
  readonly driver: CellDriver;
}

export type CellPoolOptions = JailedPoolOptions | DrivenPoolOptions;

export interface IsolateUsage {
  /** Resident memory without page cache; of a shared cell an equal part. */
  readonly memoryBytes: number;
  /** Exact, but where `isShared`: then divided among those whose requests ran at the time. */
  readonly cpuMs: number;
  /** Another isolate runs in one of its cells, or did while this one was there. */
  readonly isShared: boolean;
  /** Milliseconds, by the pool's clock. */
  readonly startedAt: number;
  readonly cells: number;
}

/**
 * `blank`: waits for code. `busy`: a request runs. `idle`: none does. `paused`: none did for a
 * while, and it gets no processor. What sleeps deeper has no cell.
 */
export type CellTier = "blank" | "busy" | "idle" | "paused";

export interface CellCounts extends Readonly<Record<CellTier, number>> {
  /** Private memory of all. */
  readonly memoryBytes: number;
  readonly memoryBudgetBytes: number;
  readonly maxCells: number;
}

export interface CellInfo {
  readonly id: string;
  readonly tier: CellTier;
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
      readonly reason:
        | "idle"
        | "released"
        | "capacity"
        | "memory"
        | "invalid"
        | "replaced"
        | "closed";
    }
  | {
      readonly type: "cell-paused" | "cell-resumed";
      readonly cellId: string;
      readonly isolateKeys: readonly string[];
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
  /** First tier of sleep, now. @returns how many cells were paused; 0 where the driver cannot */
  pauseIdle(olderThanMs: number): number;
  /** Second tier, now. @returns how many cells were stopped */
  stopIdle(olderThanMs: number): Promise<number>;
  counts(): CellCounts;
  usage(key: string): IsolateUsage | undefined;
  list(): readonly CellInfo[];
  onEvent(listener: (event: CellEvent) => void): () => void;
  close(): Promise<void>;
}
