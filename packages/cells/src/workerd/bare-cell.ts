/**
 * One cell with one app and nothing around it: the peer that benchmarks put a bare proxy before.
 */

import type { CellSink } from "../calls.ts";
import type { Exchange, LoadDescription } from "../driver.ts";
import { toAsciiJson } from "../json.ts";
import { type CellLogger, systemClock } from "../ports.ts";
import type { IsolateSpec } from "../spec.ts";
import { createCellId, openWorkerdDriver } from "./driver.ts";

export interface BareCell extends AsyncDisposable {
  readonly cellId: string;
  readonly pid: number;
  /** For `http.request({ socketPath })`, in this process only. */
  readonly socketPath: string;
  /** To be sent with every request: tells the host module which isolate is meant. */
  readonly headers: Readonly<Record<"berth-cell", string>>;
  readonly description: LoadDescription;
  close(): Promise<void>;
}

export interface BareCellOptions {
  readonly folder: string;
  readonly jail: "required" | "off";
  readonly spec: IsolateSpec;
  readonly sink: CellSink;
  readonly logger: CellLogger;
}

const unwatched: Exchange = Object.freeze({
  maxResponseBytes: 1024 * 1024,
  bindCancel: () => undefined,
  onProgress: () => undefined,
  onHead: () => undefined,
  onEnd: () => undefined,
});

/** @throws BerthError as `CellPool.load` does */
export async function openBareCell(options: BareCellOptions): Promise<BareCell> {
  const { spec, sink, folder, jail, logger } = options;
  const driver = await openWorkerdDriver({
    folder,
    jail,
    engineBinary: undefined,
    cgroup: "auto",
    jailer: undefined,
    logger,
    clock: systemClock,
  });
  const heapClassMb = driver.heapClassOf(spec.limits.memoryMb);
  const cell = await driver.startCell({ id: createCellId(), heapClassMb, sink });
  const close = async () => {
    await cell.stop();
    await driver.close();
  };
  try {
    cell.setLimits(spec.limits);
    const description = await cell.load(spec, unwatched);
    const operation = { op: "invoke", key: spec.key, props: { handle: "", requestId: "" } };
    return {
      cellId: cell.id,
      pid: cell.pid,
      socketPath: cell.socketPath,
      headers: { "berth-cell": toAsciiJson(operation) },
      description,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
