/**
 * The driver for workerd: jails, limits and starts cells, and cleans up after killed servers.
 *
 * Owns the runtime folder, the control groups and the user ids.
 * Invariant: each cell has a folder, a control group and (when the server is root) a host user id
 * that no other live cell has; all three are given back when its process has ended.
 */

import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BerthError } from "@berth/protocol";
import type { CellSink } from "../calls.ts";
import type { CgroupRoot } from "../cgroup/cgroup.ts";
import { findCgroupRoot } from "../cgroup/find-cgroup.ts";
import { createPolledRoot } from "../cgroup/polled.ts";
import type { CellDriver } from "../driver.ts";
import { type IsolateSources, readSources } from "../isolate/sources.ts";
import { findProgram, jailedInFolder, jailedOutSocket, listLibraries } from "../jail/bubblewrap.ts";
import { buildSeccompFilter } from "../jail/seccomp.ts";
import { createUidLease, type UidLease } from "../jail/uid-lease.ts";
import type { CellClock, CellLogger } from "../ports.ts";
import { heapClassOf, writeConfig } from "./config.ts";
import { type Engine, findEngine, stageEngine } from "./engine.ts";
import { startCgroupLimits } from "./engine-allowance.ts";
import { IsolateLedger } from "./isolate-ledger.ts";
import { RateBook } from "./isolate-rates.ts";
import { type JailPlan, launch } from "./launch.ts";
import { openOutServer } from "./out-server.ts";
import { PausableCell } from "./pausable-cell.ts";
import { pinSocket } from "./pinned-socket.ts";
import { openRuntimeFolder, type RuntimeFolder } from "./runtime-folder.ts";
import { WaitingModules } from "./waiting-modules.ts";

const inSocketName = "in.sock";

export interface WorkerdDriverOptions {
  readonly folder: string;
  readonly jail: "required" | "off";
  readonly engineBinary: string | undefined;
  readonly cgroup: "auto" | "off";
  readonly logger: CellLogger;
  readonly clock: CellClock;
}

export interface StartCellOptions {
  readonly id: string;
  readonly heapClassMb: number;
  readonly sink: CellSink;
}

interface Ground {
  readonly runtime: RuntimeFolder;
  readonly cgroups: CgroupRoot;
  readonly bubblewrap: string | undefined;
  readonly uids: UidLease | undefined;
  readonly sources: IsolateSources;
}

/** What new cells are started with; another engine comes with libraries of its own. */
interface EnginePlan {
  readonly engine: Engine;
  readonly jail: JailPlan | undefined;
}

export function createCellId(): string {
  return `c${randomBytes(5).toString("hex")}`;
}

function findBubblewrap(): string {
  const bubblewrap = process.platform === "linux" ? findProgram("bwrap") : undefined;
  if (bubblewrap !== undefined) return bubblewrap;
  const message =
    process.platform === "linux"
      ? "The program bwrap is not installed. Install the package bubblewrap (apt-get install bubblewrap)."
      : `Cells are jailed on Linux only; this is ${process.platform}.`;
  throw new BerthError("JAIL_UNAVAILABLE", message);
}

function planJail(engine: Engine, runtime: RuntimeFolder, bubblewrap: string): JailPlan {
  const ldd = findProgram("ldd");
  if (ldd === undefined) {
    const message = "The program ldd is not installed: the jail's library files cannot be found.";
    throw new BerthError("JAIL_UNAVAILABLE", message);
  }
  const filter = buildSeccompFilter(process.arch);
  const seccompFile = filter === undefined ? undefined : join(runtime.path, "seccomp.bpf");
  if (filter !== undefined && seccompFile !== undefined) {
    writeFileSync(seccompFile, filter, { mode: 0o644 });
  }
  return { bubblewrap, libraries: listLibraries(ldd, engine.binary), seccompFile };
}

/** @throws BerthError `CELL_START_FAILED` when there is no such engine */
function planEngine({ runtime, bubblewrap, uids }: Ground, binary: string | undefined): EnginePlan {
  const found = findEngine(binary);
  const engine = uids === undefined ? found : stageEngine(found, runtime.sharedPath);
  const jail = bubblewrap === undefined ? undefined : planJail(engine, runtime, bubblewrap);
  return { engine, jail };
}

export class WorkerdDriver implements CellDriver {
  readonly #ground: Ground;
  #plan: EnginePlan;
  readonly #options: WorkerdDriverOptions;
  readonly #written = new Set<number>();
  readonly #rates: RateBook;

  constructor(ground: Ground, options: WorkerdDriverOptions) {
    this.#ground = ground;
    this.#plan = planEngine(ground, options.engineBinary);
    this.#options = options;
    this.#rates = new RateBook(options.clock);
  }

  get jail() {
    return this.#plan.jail === undefined ? "off" : "bubblewrap";
  }

  get cgroupVersion() {
    return this.#ground.cgroups.version;
  }

  get engine(): Engine {
    return this.#plan.engine;
  }

  async replaceEngine(binary: string | undefined, sink: CellSink): Promise<void> {
    const before = this.#plan;
    this.#plan = planEngine(this.#ground, binary);
    try {
      const trial = await this.startCell({ id: createCellId(), heapClassMb: heapClassOf(0), sink });
      await trial.stop();
    } catch (error) {
      this.#plan = before;
      throw error;
    }
  }

  heapClassOf(memoryMb: number): number {
    return heapClassOf(memoryMb);
  }

  /** In the jail every cell sees the same paths, so that one configuration serves its class. */
  #writeConfig(heapClassMb: number, cellFolder: string): string {
    const { runtime, sources } = this.#ground;
    const { jail } = this.#plan;
    if (jail === undefined) {
      const sockets = {
        inSocket: join(cellFolder, "in", inSocketName),
        outSocket: join(cellFolder, "out.sock"),
      };
      writeConfig(join(cellFolder, "config"), heapClassMb, sockets, sources);
      return join(cellFolder, "config");
    }
    const folder = join(runtime.path, `h${heapClassMb}`);
    if (!this.#written.has(heapClassMb)) {
      const sockets = { inSocket: join(jailedInFolder, inSocketName), outSocket: jailedOutSocket };
      writeConfig(folder, heapClassMb, sockets, sources);
      this.#written.add(heapClassMb);
    }
    return folder;
  }

  /** @throws BerthError `CELL_START_FAILED` */
  async startCell({ id, heapClassMb, sink }: StartCellOptions): Promise<PausableCell> {
    const { runtime, cgroups, uids, sources } = this.#ground;
    const { engine, jail } = this.#plan;
    const { logger, clock } = this.#options;
    const folder = join(runtime.path, id);
    const inFolder = join(folder, "in");
    const outSocket = join(folder, "out.sock");
    await using cleanup = new AsyncDisposableStack();
    const isolates = new IsolateLedger(this.#rates);
    const waitingModules = new WaitingModules();
    cleanup.defer(() => isolates.closeAll());
    const hostUid = uids?.acquire();
    cleanup.defer(() => {
      if (hostUid !== undefined) uids?.release(hostUid);
    });
    mkdirSync(inFolder, { recursive: true, mode: 0o700 });
    cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
    const cgroup = cgroups.create(id);
    cleanup.defer(() => cgroup.remove());
    cgroup.setLimits(startCgroupLimits(heapClassMb));
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
    chmodSync(outSocket, 0o600);
    chmodSync(folder, 0o700);
    if (hostUid !== undefined) {
      for (const path of [inFolder, outSocket, folder]) chownSync(path, hostUid, hostUid);
    }
    const launched = await launch({
      engine: engine.binary,
      configFolder: this.#writeConfig(heapClassMb, folder),
      inFolder,
      outSocket,
      hostUid,
      cgroup,
      jail,
    }).catch((error: unknown) => {
      logger.error({ err: error, cellId: id }, "a cell's process did not start");
      throw error;
    });
    cleanup.defer(async () => {
      launched.kill();
      await launched.exited;
    });
    const socket = pinSocket(join(inFolder, inSocketName), hostUid);
    const held = cleanup.move();
    return new PausableCell({
      id,
      heapClassMb,
      hostUid,
      process: launched,
      socket,
      outServer,
      cgroup,
      memoryEnforcer: cgroups.version === "none" ? "watchdog" : "cgroup",
      sources,
      isolates,
      waitingModules,
      onReaped: () => held.disposeAsync(),
    });
  }

  async close(): Promise<void> {
    await this.#ground.cgroups.close();
    this.#ground.runtime[Symbol.dispose]();
  }
}

/** @throws BerthError `JAIL_UNAVAILABLE`, `DATA_FOLDER_LOCKED`, `CELL_START_FAILED` */
export async function openWorkerdDriver(options: WorkerdDriverOptions): Promise<WorkerdDriver> {
  const bubblewrap = options.jail === "required" ? findBubblewrap() : undefined;
  const hasOwnUids = bubblewrap !== undefined && process.getuid?.() === 0;
  const runtime = openRuntimeFolder(options.folder, hasOwnUids);
  try {
    const cgroups =
      options.cgroup === "off" ? createPolledRoot() : findCgroupRoot(runtime.poolName);
    const stale = await cgroups.removeStale();
    if (stale > 0) options.logger.warn({ groups: stale }, "removed cells of a killed server");
    const uids = hasOwnUids ? createUidLease() : undefined;
    return new WorkerdDriver(
      { runtime, cgroups, bubblewrap, uids, sources: readSources() },
      options,
    );
  } catch (error) {
    runtime[Symbol.dispose]();
    throw error;
  }
}
