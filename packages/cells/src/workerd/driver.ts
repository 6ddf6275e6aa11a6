/**
 * The driver for workerd: has cells started, and speaks with them.
 *
 * What a cell is made of on this host is the jailer's; the driver holds its two sockets.
 */

import { randomBytes } from "node:crypto";
import { chmodSync } from "node:fs";
import type { CellSink } from "../calls.ts";
import type { CellDriver } from "../driver.ts";
import { type IsolateSources, readSources } from "../isolate/sources.ts";
import type { Jailer } from "../jail/jailer.ts";
import { openLocalJailer } from "../jail/local-jailer.ts";
import type { RunningJailer } from "../jail/remote-jailer.ts";
import type { CellClock, CellLogger } from "../ports.ts";
import { heapClassOf } from "./config.ts";
import type { Engine } from "./engine.ts";
import { IsolateLedger } from "./isolate-ledger.ts";
import { RateBook } from "./isolate-rates.ts";
import { openOutServer } from "./out-server.ts";
import { PausableCell } from "./pausable-cell.ts";
import { pinSocket } from "./pinned-socket.ts";
import { openRuntimeFolder } from "./runtime-folder.ts";
import { WaitingModules } from "./waiting-modules.ts";
import { WorkerdCell, type WorkerdCellParts } from "./workerd-cell.ts";

export interface WorkerdDriverOptions {
  readonly folder: string;
  readonly jail: "required" | "off";
  readonly engineBinary: string | undefined;
  readonly cgroup: "auto" | "off";
  /** Default: one in this process, opened and closed with the driver. */
  readonly jailer: RunningJailer | undefined;
  readonly logger: CellLogger;
  readonly clock: CellClock;
}

export interface StartCellOptions {
  readonly id: string;
  readonly heapClassMb: number;
  readonly sink: CellSink;
}

export function createCellId(): string {
  return `c${randomBytes(5).toString("hex")}`;
}

export class WorkerdDriver implements CellDriver {
  readonly #jailer: Jailer;
  readonly #closeJailer: () => Promise<void>;
  readonly #options: WorkerdDriverOptions;
  readonly #sources: IsolateSources = readSources();
  readonly #rates: RateBook;

  constructor(jailer: Jailer, closeJailer: () => Promise<void>, options: WorkerdDriverOptions) {
    this.#jailer = jailer;
    this.#closeJailer = closeJailer;
    this.#options = options;
    this.#rates = new RateBook(options.clock);
  }

  get jail() {
    return this.#jailer.jail;
  }

  get cgroupVersion() {
    return this.#jailer.cgroupVersion;
  }

  get engine(): Engine {
    return this.#jailer.engine;
  }

  async replaceEngine(binary: string | undefined, sink: CellSink): Promise<void> {
    await this.#jailer.renewEngine(binary);
    try {
      const trial = await this.startCell({ id: createCellId(), heapClassMb: heapClassOf(0), sink });
      await trial.stop();
    } catch (error) {
      await this.#jailer.restoreEngine();
      throw error;
    }
  }

  heapClassOf(memoryMb: number): number {
    return heapClassOf(memoryMb);
  }

  /** @throws BerthError `CELL_START_FAILED` */
  async startCell({ id, heapClassMb, sink }: StartCellOptions): Promise<WorkerdCell> {
    const { logger, clock } = this.#options;
    await using cleanup = new AsyncDisposableStack();
    const isolates = new IsolateLedger(this.#rates);
    const waitingModules = new WaitingModules();
    cleanup.defer(() => isolates.closeAll());
    const place = await this.#jailer.prepare(id);
    const { cgroup, hostUid, inSocket, outSocket } = place;
    cleanup.defer(() => place.remove());
    const outServer = await openOutServer({
      cellId: id,
      socketPath: outSocket,
      sink,
      isolates,
      waitingModules,
      logger,
      clock,
    });
    cleanup.defer(() => void outServer.close());
    // The group is the cell's own, by the folder.
    chmodSync(outSocket, hostUid === undefined ? 0o600 : 0o660);
    const launched = await place.start(heapClassMb);
    cleanup.defer(async () => {
      launched.kill();
      await launched.exited;
    });
    const socket = pinSocket(inSocket, hostUid);
    const held = cleanup.move();
    const parts: WorkerdCellParts = {
      id,
      heapClassMb,
      hostUid,
      process: launched,
      socket,
      outServer,
      cgroup,
      memoryEnforcer: this.#jailer.cgroupVersion === "none" ? "watchdog" : "cgroup",
      sources: this.#sources,
      isolates,
      waitingModules,
      onReaped: () => held.disposeAsync(),
    };
    const { signal } = launched;
    return signal === undefined ? new WorkerdCell(parts) : new PausableCell(parts, signal);
  }

  async close(): Promise<void> {
    await this.#closeJailer();
  }
}

/** @throws BerthError `JAIL_UNAVAILABLE`, `DATA_FOLDER_LOCKED`, `CELL_START_FAILED` */
export async function openWorkerdDriver(options: WorkerdDriverOptions): Promise<WorkerdDriver> {
  const { folder, jailer: running } = options;
  if (running !== undefined) return new WorkerdDriver(running, () => Promise.resolve(), options);
  const jailer = await openLocalJailer(
    (hasOwnUids) => openRuntimeFolder(folder, hasOwnUids),
    options,
  );
  return new WorkerdDriver(jailer, () => jailer.close(), options);
}
