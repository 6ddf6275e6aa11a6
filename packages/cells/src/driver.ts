/**
 * The seam to an engine: how one cell is started, loaded, asked and ended.
 *
 * A driver jails and limits; the pool above it places, watches and reclaims. Another engine
 * (a micro-VM, a hosted one) is another driver.
 */

import type { BerthError } from "@berth/protocol";
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
} from "./calls.ts";
import type { JsonValue } from "./json.ts";
import type { CellLimits, IsolateSpec } from "./spec.ts";

export interface CellExit {
  /** `memory`: the kernel's limit, or polling's; `heap`: the engine's own; `start`: an app's modules did not load. */
  readonly cause: "stopped" | "memory" | "heap" | "start" | "crash";
  /** For the log; may hold the last of what the engine wrote. */
  readonly detail: string;
  /** Of an end by a limit: what the requests of its cause are told. */
  readonly error?: BerthError;
  /** The isolate that caused it, where that is known. */
  readonly isolateKey?: string;
}

export type LoadDescription = Pick<LoadReport, "isolate" | "hasFetch" | "hooks" | "entries">;

/** One request while it runs, as the pool sees it. */
export interface Exchange {
  readonly maxResponseBytes: number;
  /** Takes the means to end the request early; what it is called with is the error to report. */
  bindCancel(cancel: (error: BerthError) => void): void;
  /** A part of an upload was taken. */
  onProgress(): void;
  /** The head of the answer is in. */
  onHead(): void;
  /** Nothing of the request holds the cell any longer. */
  onEnd(error?: BerthError): void;
}

/** One running cell. All its failures are BerthErrors. */
export interface Cell {
  readonly id: string;
  readonly pid: number;
  readonly hostUid: number | undefined;
  readonly heapClassMb: number;
  /** Resolves, never rejects, once the process has ended. */
  readonly exited: Promise<CellExit>;
  setLimits(limits: CellLimits): void;
  load(spec: IsolateSpec, exchange: Exchange): Promise<LoadDescription>;
  unload(key: string): Promise<void>;
  invoke(key: string, request: CellRequest, exchange: Exchange): Promise<CellResponse>;
  /** Asks for a WebSocket; the app may answer as it would any request. */
  upgrade(
    key: string,
    request: CellRequest,
    exchange: Exchange,
  ): Promise<CellUpgrade | CellResponse>;
  runHook(
    key: string,
    hook: string,
    payload: JsonValue,
    context: HookContext,
    exchange: Exchange,
  ): Promise<HookResult>;
  runEntry(
    key: string,
    kind: EntryKind,
    input: JsonValue,
    context: HookContext,
    exchange: Exchange,
  ): Promise<EntryResult>;
  /** Resolves when the cell's thread answers, rejects when the cell is gone. */
  ping(): Promise<void>;
  readCpuMs(): number;
  readMemoryBytes(): number;
  /**
   * From now on the cell gets no processor, and keeps its memory and connections. Only asked for
   * while no request runs. A driver that cannot do that leaves both methods out: its cells then
   * sleep in one tier, by being stopped.
   */
  pause?(): void;
  /** Undoes `pause`; does nothing to a cell that runs. `stop` must work without it. */
  resume?(): void;
  /** Ends the process at once and gives back what it held. */
  stop(): Promise<void>;
}

export interface CellDriver {
  /** @throws BerthError `CELL_START_FAILED` or `JAIL_UNAVAILABLE` */
  startCell(options: {
    readonly id: string;
    readonly heapClassMb: number;
    readonly sink: CellSink;
  }): Promise<Cell>;
  /**
   * From now on cells are started with this engine, once a first one did start; else all stays.
   *
   * @param binary - default: the engine that is installed now
   * @throws BerthError `CELL_START_FAILED`
   */
  replaceEngine(binary: string | undefined, sink: CellSink): Promise<void>;
  /** Which kind of blank cell an app of this size needs; a number that stands for the kind. */
  heapClassOf(memoryMb: number): number;
  /** After the last cell was stopped. Idempotent. */
  close(): Promise<void>;
}
