/** One running engine process as a `Cell`. */

import type { Server } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { BerthError } from "@berth/protocol";
import {
  type CellRequest,
  type CellResponse,
  type CellUpgrade,
  type EntryKind,
  type EntryResult,
  entryKinds,
  type HookContext,
  type HookResult,
} from "../calls.ts";
import type { CellGauges } from "../cgroup/cgroup.ts";
import type { Cell, CellExit, Exchange, LoadDescription } from "../driver.ts";
import {
  buildLoadBody,
  buildOpenBody,
  type IsolateSources,
  suitsWaiting,
} from "../isolate/sources.ts";
import type { JsonValue } from "../json.ts";
import { createLimitError, type MetLimit } from "../limit-error.ts";
import { type CellLimits, checkSpec, defaultCellLimits, type IsolateSpec } from "../spec.ts";
import { Channel, type Operation } from "./channel.ts";
import { toCgroupLimits } from "./engine-allowance.ts";
import { createInvokeEncoder } from "./invoke-operation.ts";
import type { IsolateLedger } from "./isolate-ledger.ts";
import type { LaunchedProcess } from "./launch.ts";
import type { PinnedSocket } from "./pinned-socket.ts";
import { boundRequest } from "./request-bound.ts";
import type { WaitingModules } from "./waiting-modules.ts";

const exitGraceMs = 1_000;
const maxDescriptionBytes = 64 * 1024;
/** What a hook or an entry may answer: it is read whole. */
const maxResultBytes = 1024 * 1024;
const heapOverrun = /heap out of memory|heap limit|Fatal process out of memory|OOM/i;

export interface WorkerdCellParts {
  readonly id: string;
  readonly heapClassMb: number;
  readonly hostUid: number | undefined;
  readonly process: LaunchedProcess;
  readonly socket: PinnedSocket;
  readonly outServer: Server;
  readonly cgroup: CellGauges;
  /** Who holds the cell to its memory. */
  readonly memoryEnforcer: "cgroup" | "watchdog";
  readonly sources: IsolateSources;
  /** The isolates that out.sock believes this cell to run; kept by the cell. */
  readonly isolates: IsolateLedger;
  /** Of the isolate that waits in the cell for its first app. */
  readonly waitingModules: WaitingModules;
  /** Gives back what the driver lent: folder, group, user id. */
  onReaped(): Promise<void>;
}

/** Describes an operation of ours as the request it travels in. */
function ownRequest(body: string | null): CellRequest {
  return {
    method: body === null ? "GET" : "POST",
    path: "/",
    host: "cell",
    headers: body === null ? [] : [["content-length", String(Buffer.byteLength(body))]],
    body: body === null ? null : Readable.from([Buffer.from(body)]),
    handle: "",
    props: null,
    requestId: "",
  };
}

const unwatched: Exchange = Object.freeze({
  maxResponseBytes: maxDescriptionBytes,
  bindCancel: () => undefined,
  onProgress: () => undefined,
  onHead: () => undefined,
  onEnd: () => undefined,
});

/** An answer that is read whole is held to less than one that streams. */
function bound(exchange: Exchange, maxBytes: number): Exchange {
  return {
    maxResponseBytes: Math.min(maxBytes, exchange.maxResponseBytes),
    bindCancel: (cancel) => exchange.bindCancel(cancel),
    onProgress: () => exchange.onProgress(),
    onHead: () => exchange.onHead(),
    onEnd: (error) => exchange.onEnd(error),
  };
}

/** An exchange whose end is told to the ledger, too. */
class CountedExchange implements Exchange {
  readonly maxResponseBytes: number;
  readonly #inner: Exchange;
  readonly #end: () => void;

  constructor(inner: Exchange, end: () => void) {
    this.maxResponseBytes = inner.maxResponseBytes;
    this.#inner = inner;
    this.#end = end;
  }

  bindCancel(cancel: (error: BerthError) => void): void {
    this.#inner.bindCancel(cancel);
  }

  onProgress(): void {
    this.#inner.onProgress();
  }

  onHead(): void {
    this.#inner.onHead();
  }

  onEnd(error?: BerthError): void {
    this.#end();
    this.#inner.onEnd(error);
  }
}

function memoryExceeded(what: string, met: MetLimit): BerthError {
  const message = `The app ran over ${what}; its cell was ended.`;
  return createLimitError("SANDBOX_MEMORY_EXCEEDED", message, met);
}

function isEntryKind(name: unknown): name is EntryKind {
  return entryKinds.some((kind) => kind === name);
}

function toProps(context: Pick<HookContext, "handle" | "props" | "requestId">): object {
  const { props, handle, requestId } = context;
  const members = typeof props === "object" && props !== null && !Array.isArray(props) ? props : {};
  return { ...members, handle, requestId };
}

export class WorkerdCell implements Cell {
  readonly id: string;
  readonly pid: number;
  readonly hostUid: number | undefined;
  readonly heapClassMb: number;
  readonly exited: Promise<CellExit>;
  readonly #parts: WorkerdCellParts;
  readonly #channel: Channel;
  readonly #encodeInvoke = createInvokeEncoder();
  #isStopping = false;
  #loads = 0;
  /** What the group was told last. */
  #memoryMb = 0;
  /** The load that ran out of its time, for which the cell was ended. */
  #overrun: { readonly error: BerthError; readonly isolateKey: string } | undefined;

  constructor(parts: WorkerdCellParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.pid = parts.process.pid;
    this.hostUid = parts.hostUid;
    this.heapClassMb = parts.heapClassMb;
    this.#channel = new Channel({
      socket: parts.socket,
      explain: (error) => this.#explain(error),
    });
    this.exited = this.#reap();
  }

  async #reap(): Promise<CellExit> {
    const { process, cgroup, outServer, socket, onReaped } = this.#parts;
    const { code, signal } = await process.exited;
    const exit = this.#classify(code, signal, cgroup.readOomKills());
    this.#channel.close();
    outServer.closeAllConnections();
    outServer.close();
    socket[Symbol.dispose]();
    await onReaped();
    return exit;
  }

  #classify(code: number | null, signal: string | null, oomKills: number): CellExit {
    const output = this.#parts.process.readOutput().trim();
    const detail = `ended with ${signal ?? `code ${code}`}. ${output.slice(-1_000)}`;
    if (oomKills > 0) {
      const enforcer = this.#parts.memoryEnforcer;
      const error = memoryExceeded("its memory limit", {
        limit: "memory",
        enforcer,
        allowed: this.#memoryMb,
      });
      return { cause: "memory", detail: `killed for its memory; ${detail}`, error };
    }
    if (this.#overrun !== undefined) {
      return { cause: "start", detail: this.#overrun.error.message, ...this.#overrun };
    }
    if (this.#isStopping) return { cause: "stopped", detail: "stopped" };
    if (!heapOverrun.test(output)) return { cause: "crash", detail };
    const allowed = this.heapClassMb;
    const met = { limit: "heap", enforcer: "heap", allowed } as const;
    return { cause: "heap", detail, error: memoryExceeded("its JavaScript heap", met) };
  }

  async #explain(error: Error): Promise<BerthError> {
    if ("code" in error && String(error.code).startsWith("HPE_")) {
      const message = `The app's answer is not valid HTTP (${String(error.code)}).`;
      return new BerthError("FUNCTION_RESPONSE_REFUSED", message, { cause: error });
    }
    let timer: NodeJS.Timeout | undefined;
    const stillRuns = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), exitGraceMs);
    });
    let exit = await Promise.race([this.exited, stillRuns]);
    clearTimeout(timer);
    const { process, cgroup } = this.#parts;
    // On a busy host it takes long until a cell that has ended is reaped; only then is it known why.
    if (exit === undefined && (cgroup.readOomKills() > 0 || !process.isRunning())) {
      exit = await this.exited;
    }
    if (exit?.error !== undefined) return exit.error;
    const how = exit === undefined ? "broke the connection" : "ended";
    return new BerthError("CELL_LOST", `The cell ${how} before the answer was complete.`, {
      cause: error,
    });
  }

  setLimits(limits: CellLimits): void {
    this.#memoryMb = limits.memoryMb;
    this.#parts.cgroup.setLimits(toCgroupLimits(limits));
  }

  async #ask(operation: Operation, body: string | null, exchange: Exchange): Promise<string> {
    const response = await this.#channel.send(operation, ownRequest(body), exchange);
    return text(response.body);
  }

  async load(spec: IsolateSpec, exchange: Exchange): Promise<LoadDescription> {
    checkSpec(spec);
    this.#loads += 1;
    // While it loads, the isolate may already log.
    this.#parts.isolates.open(spec.key, spec.limits);
    try {
      const id = `${spec.key}#${this.#loads}`;
      const opened = this.#takeWaiting(spec);
      const body = opened ?? buildLoadBody(spec, this.#parts.sources);
      const within = bound(exchange, maxDescriptionBytes);
      const { startMs = defaultCellLimits.startMs } = spec.limits;
      const answer = await this.#withinStart(spec.key, startMs, () =>
        this.#ask({ op: "load", key: spec.key, id }, body, within),
      );
      const told = (JSON.parse(answer) ?? {}) as Record<string, unknown>;
      const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
      return {
        isolate: opened === undefined ? "made" : "waiting",
        hasFetch: told.hasFetch === true,
        hooks: listOf(told.hooks).filter((name) => typeof name === "string"),
        entries: listOf(told.entries).filter(isEntryKind),
      };
    } catch (error) {
      this.#parts.isolates.close(spec.key);
      if (!(error instanceof SyntaxError)) throw error;
      throw new BerthError("MODULE_INVALID", "The app's module describes itself in no known form.");
    }
  }

  /** @returns the `load` operation's body when the waiting isolate can have the app */
  #takeWaiting(spec: IsolateSpec): string | undefined {
    const { waitingModules } = this.#parts;
    if (!waitingModules.isFree || !suitsWaiting(spec)) return undefined;
    waitingModules.take(spec);
    return buildOpenBody(spec);
  }

  /** A module that does not come to an end holds the cell's one thread: only its end frees it. */
  async #withinStart<Result>(
    isolateKey: string,
    startMs: number,
    run: () => Promise<Result>,
  ): Promise<Result> {
    let overrun: BerthError | undefined;
    const timer = setTimeout(() => {
      const message = `The app's modules did not load within ${startMs} ms; its cell was ended.`;
      const met = { limit: "start-up time", enforcer: "watchdog", allowed: startMs } as const;
      overrun = createLimitError("SANDBOX_START_EXCEEDED", message, met);
      this.#overrun ??= { error: overrun, isolateKey };
      void this.stop();
    }, startMs);
    try {
      return await run();
    } catch (error) {
      throw overrun ?? error;
    } finally {
      clearTimeout(timer);
    }
  }

  async unload(key: string): Promise<void> {
    this.#parts.isolates.close(key);
    this.#parts.waitingModules.letGo(key);
    await this.#ask({ op: "unload", key }, null, unwatched);
  }

  invoke(key: string, request: CellRequest, exchange: Exchange): Promise<CellResponse> {
    const operation = this.#encodeInvoke(key, request);
    return this.#counted(key, request.handle, exchange, (counted) => {
      const { maxRequestBytes } = this.#parts.isolates.limitsOf(key);
      const bounded = boundRequest(request, maxRequestBytes, counted);
      return this.#channel.send(operation, request, bounded);
    });
  }

  /** What the app fetches and calls from now on, until the exchange ends, is this request's. */
  async #counted<Result>(
    key: string,
    handle: string,
    exchange: Exchange,
    send: (counted: Exchange) => Promise<Result>,
  ): Promise<Result> {
    const end = this.#parts.isolates.begin(key, handle);
    try {
      return await send(new CountedExchange(exchange, end));
    } catch (error) {
      end();
      throw error;
    }
  }

  upgrade(
    key: string,
    request: CellRequest,
    exchange: Exchange,
  ): Promise<CellUpgrade | CellResponse> {
    const operation = this.#encodeInvoke(key, request);
    return this.#counted(key, request.handle, exchange, (counted) =>
      this.#channel.upgrade(operation, request, counted),
    );
  }

  async runHook(
    key: string,
    hook: string,
    payload: JsonValue,
    context: HookContext,
    exchange: Exchange,
  ): Promise<HookResult> {
    const operation = { op: "hook", key, name: hook, props: toProps(context) } as const;
    const { isDefined, result } = await this.#counted(key, context.handle, exchange, (counted) =>
      this.#run(operation, payload, counted),
    );
    // It came from JSON.parse.
    return { isDefined: isDefined === true, result: (result ?? null) as JsonValue };
  }

  async runEntry(
    key: string,
    kind: EntryKind,
    input: JsonValue,
    context: HookContext,
    exchange: Exchange,
  ): Promise<EntryResult> {
    const operation = { op: "entry", key, name: kind, props: toProps(context) } as const;
    const told = await this.#counted(key, context.handle, exchange, (counted) =>
      this.#run(operation, input, counted),
    );
    return { isDefined: told.isDefined === true, isRetryRefused: told.isRetryRefused === true };
  }

  async #run(
    operation: Operation,
    input: JsonValue,
    exchange: Exchange,
  ): Promise<Readonly<Record<string, unknown>>> {
    const within = bound(exchange, maxResultBytes);
    const answer = await this.#ask(operation, JSON.stringify(input), within);
    try {
      return (JSON.parse(answer) ?? {}) as Record<string, unknown>;
    } catch (cause) {
      const message = `"${operation.name}" did not answer with JSON.`;
      throw new BerthError("FUNCTION_RESPONSE_REFUSED", message, { cause });
    }
  }

  async ping(): Promise<void> {
    await this.#ask({ op: "ping" }, null, unwatched);
  }

  readCpuMs(): number {
    return this.#parts.cgroup.readCpuMs();
  }

  readMemoryBytes(): number {
    return this.#parts.cgroup.readMemoryBytes();
  }

  /** For the benchmark's bare peer: where and how to reach the loaded app without a pool. */
  get socketPath(): string {
    return this.#parts.socket.path;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#parts.process.kill();
    await this.exited;
  }
}
