/** One cell of the driver under trial, with a server's end that remembers what it was asked. */

import { EventEmitter, once } from "node:events";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { BerthError } from "@berth/protocol";
import type { CellCall, CellLogEntry, CellRequest, CellSink, EgressCall } from "../calls.ts";
import type { Cell, CellDriver, Exchange } from "../driver.ts";
import { defaultCellLimits, engineCompatibilityDate, type IsolateSpec } from "../spec.ts";

export interface DriverSubject {
  readonly driver: CellDriver;
  /**
   * What there is on the host because of this driver's cells: processes, folders, sockets, groups.
   * The same number before a cell is started and after its `exited`.
   */
  countHeld(): number;
}

export interface DriverTrial {
  readonly name: string;
  /** @throws AssertionError that says which promise was not kept */
  run(subject: DriverSubject): Promise<void>;
}

export interface Asked extends Exchange {
  /** Resolves when the driver says that nothing holds the cell any longer. */
  readonly ended: Promise<BerthError | undefined>;
  readonly endCount: () => number;
  cancel(error: BerthError): void;
}

export function openExchange(maxResponseBytes = 1024 * 1024): Asked {
  let cancel: ((error: BerthError) => void) | undefined;
  const { promise: ended, resolve } = Promise.withResolvers<BerthError | undefined>();
  let ends = 0;
  return {
    maxResponseBytes,
    ended,
    endCount: () => ends,
    cancel: (error) => cancel?.(error),
    bindCancel(means) {
      cancel = means;
    },
    onProgress: () => undefined,
    onHead: () => undefined,
    onEnd(error) {
      ends += 1;
      resolve(error);
    },
  };
}

export function specOf(main: string, changes: Partial<IsolateSpec> = {}): IsolateSpec {
  return {
    key: "app@1",
    tenant: "publisher",
    placement: "app@1",
    mainModule: "main.js",
    modules: { "main.js": { js: main } },
    compatibilityDate: engineCompatibilityDate,
    compatibilityFlags: [],
    env: {},
    limits: defaultCellLimits,
    ...changes,
  };
}

export function requestOf(path = "/", changes: Partial<CellRequest> = {}): CellRequest {
  return {
    method: "GET",
    path,
    host: "app.example",
    headers: [],
    body: null,
    handle: "handle-1",
    props: {},
    requestId: "request-1",
    ...changes,
  };
}

export class Stage implements AsyncDisposable {
  readonly cell: Cell;
  readonly calls: CellCall[] = [];
  readonly egress: (EgressCall & { readonly text: string })[] = [];
  readonly logs: CellLogEntry[] = [];
  readonly #logged: EventEmitter;

  private constructor(cell: Cell, logged: EventEmitter) {
    this.cell = cell;
    this.#logged = logged;
  }

  /** A blank cell; `capability` "refuse" is refused, other calls are answered with their arguments. */
  static async open({ driver }: DriverSubject, id = "trial"): Promise<Stage> {
    let stage: Stage | undefined;
    const logged = new EventEmitter();
    const sink: CellSink = {
      async onCall(call) {
        stage?.calls.push(call);
        if (call.capability !== "refuse") return call.args;
        throw new BerthError("PERMISSION_DENIED", "Not this one.");
      },
      async onEgress(call) {
        stage?.egress.push({ ...call, text: await text(call.body) });
        return { status: 203, headers: [["x-from", "egress"]], body: Readable.from(["fetched"]) };
      },
      onLog(entry) {
        stage?.logs.push(entry);
        logged.emit("line");
      },
    };
    const heapClassMb = driver.heapClassOf(defaultCellLimits.memoryMb);
    stage = new Stage(await driver.startCell({ id, heapClassMb, sink }), logged);
    return stage;
  }

  /** As the pool does it: limits first, then the code. */
  async load(spec: IsolateSpec): Promise<ReturnType<Cell["load"]>> {
    this.cell.setLimits(spec.limits);
    return this.cell.load(spec, openExchange());
  }

  async getText(request: CellRequest, key = "app@1"): Promise<string> {
    const response = await this.cell.invoke(key, request, openExchange());
    return text(response.body);
  }

  async log(message: string): Promise<CellLogEntry> {
    for (;;) {
      const found = this.logs.find((entry) => entry.message === message);
      if (found !== undefined) return found;
      await once(this.#logged, "line");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cell.stop();
    await this.cell.exited;
  }
}

/** The code that a promise fails with, or what it resolves with. */
export function outcomeOf(pending: Promise<unknown>): Promise<unknown> {
  return pending.catch((error: { readonly code?: unknown }) => error.code ?? error);
}
