/**
 * Makes places for cells, and starts them there, with the privileges that this process has.
 *
 * Owns the runtime folder, the control groups and the user ids.
 * Invariant: each cell has a folder, a control group and (when this process is root) a host user id
 * that no other live cell has; all three are given back when its process has ended.
 */

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BerthError } from "@berth/protocol";
import type { CellCgroup, CgroupRoot } from "../cgroup/cgroup.ts";
import { findCgroupRoot } from "../cgroup/find-cgroup.ts";
import { createPolledRoot } from "../cgroup/polled.ts";
import { type IsolateSources, readSources } from "../isolate/sources.ts";
import type { CellLogger } from "../ports.ts";
import { writeConfig } from "../workerd/config.ts";
import { type Engine, findEngine, stageEngine } from "../workerd/engine.ts";
import { startCgroupLimits } from "../workerd/engine-allowance.ts";
import { type JailPlan, type LaunchedProcess, launch } from "../workerd/launch.ts";
import { pinSocket } from "../workerd/pinned-socket.ts";
import type { RuntimeFolder } from "../workerd/runtime-folder.ts";
import { findProgram, jailedInFolder, jailedOutSocket, listLibraries } from "./bubblewrap.ts";
import { makeCellFolder, removeCellFolder, type User } from "./cell-folder.ts";
import type { CellPlace, Jailer } from "./jailer.ts";
import { buildSeccompFilter } from "./seccomp.ts";
import { createUidLease, type UidLease } from "./uid-lease.ts";
import { openWarden, type Warden } from "./warden.ts";

const inSocketName = "in.sock";

export interface LocalJailerOptions {
  readonly jail: "required" | "off";
  readonly engineBinary: string | undefined;
  readonly cgroup: "auto" | "off";
  /** Whom the cells' sockets are for. Default: this process's own user. */
  readonly server?: User;
  readonly logger: CellLogger;
}

interface Ground {
  readonly runtime: RuntimeFolder;
  readonly cgroups: CgroupRoot;
  readonly bubblewrap: string | undefined;
  readonly uids: UidLease | undefined;
  readonly sources: IsolateSources;
  readonly server: User;
  /** Undefined where nothing is jailed. */
  readonly warden: Warden | undefined;
}

/** What new cells are started with; another engine comes with libraries of its own. */
interface EnginePlan {
  readonly engine: Engine;
  readonly jail: JailPlan | undefined;
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

/** Whatever this process's umask is, cells' users have to read it. */
function writeForAll(path: string, bytes: Buffer): void {
  writeFileSync(path, bytes);
  chmodSync(path, 0o644);
}

function planJail(
  engine: Engine,
  runtime: RuntimeFolder,
  { bubblewrap, mark }: Pick<JailPlan, "bubblewrap" | "mark">,
): JailPlan {
  const ldd = findProgram("ldd");
  if (ldd === undefined) {
    const message = "The program ldd is not installed: the jail's library files cannot be found.";
    throw new BerthError("JAIL_UNAVAILABLE", message);
  }
  const filter = buildSeccompFilter(process.arch);
  const seccompFile = filter === undefined ? undefined : join(runtime.path, "seccomp.bpf");
  if (filter !== undefined && seccompFile !== undefined) writeForAll(seccompFile, filter);
  return { bubblewrap, mark, libraries: listLibraries(ldd, engine.binary), seccompFile };
}

/** @throws BerthError `CELL_START_FAILED` when there is no such engine */
function planEngine(
  { runtime, bubblewrap, uids, warden }: Ground,
  binary: string | undefined,
): EnginePlan {
  const found = findEngine(binary);
  const engine = uids === undefined ? found : stageEngine(found, runtime.sharedPath);
  const jail =
    bubblewrap === undefined || warden === undefined
      ? undefined
      : planJail(engine, runtime, { bubblewrap, mark: warden.mark });
  return { engine, jail };
}

export class LocalJailer implements Jailer {
  readonly #ground: Ground;
  #plan: EnginePlan;
  #planBefore: EnginePlan | undefined;
  readonly #logger: CellLogger;
  readonly #written = new Set<number>();

  constructor(ground: Ground, { engineBinary, logger }: LocalJailerOptions) {
    this.#ground = ground;
    this.#plan = planEngine(ground, engineBinary);
    this.#logger = logger;
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

  renewEngine(binary: string | undefined): Promise<void> {
    const before = this.#plan;
    this.#plan = planEngine(this.#ground, binary);
    this.#planBefore = before;
    return Promise.resolve();
  }

  restoreEngine(): Promise<void> {
    this.#plan = this.#planBefore ?? this.#plan;
    return Promise.resolve();
  }

  /** In the jail every cell sees the same paths, so that one configuration serves its class. */
  #writeConfig(heapClassMb: number, cellFolder: string): string {
    const { runtime, sources } = this.#ground;
    const { jail } = this.#plan;
    if (jail === undefined) {
      const sockets = {
        inSocket: join(cellFolder, "in", inSocketName),
        outSocket: join(cellFolder, "out", "out.sock"),
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

  async prepare(id: string): Promise<LocalPlace> {
    const { runtime, cgroups, uids, server } = this.#ground;
    const folder = join(runtime.path, id);
    await using cleanup = new AsyncDisposableStack();
    const hostUid = uids?.acquire();
    cleanup.defer(() => {
      if (hostUid !== undefined) uids?.release(hostUid);
    });
    const cell = hostUid === undefined ? undefined : { uid: hostUid, gid: hostUid };
    makeCellFolder(folder, cell, server);
    cleanup.defer(() => this.#removeFolder(folder));
    const cgroup = cgroups.create(id);
    cleanup.defer(() => cgroup.remove());
    const held = cleanup.move();
    const inSocket = join(folder, "in", inSocketName);
    return {
      hostUid,
      inSocket,
      outSocket: join(folder, "out", "out.sock"),
      cgroup,
      start: (heapClassMb) => this.#start(folder, heapClassMb, { hostUid, inSocket, cgroup }),
      remove: () => held.disposeAsync(),
    };
  }

  #removeFolder(folder: string): void {
    try {
      removeCellFolder(folder);
    } catch (error) {
      // The next start tries again; nothing but this folder holds on to it.
      this.#logger.warn({ err: error, folder }, "a cell's folder could not be removed");
    }
  }

  async #start(
    folder: string,
    heapClassMb: number,
    place: Pick<LocalPlace, "hostUid" | "inSocket" | "cgroup">,
  ): Promise<LaunchedProcess> {
    const { cgroup, hostUid, inSocket } = place;
    const { engine, jail } = this.#plan;
    cgroup.setLimits(startCgroupLimits(heapClassMb));
    const launched = await launch({
      engine: engine.binary,
      configFolder: this.#writeConfig(heapClassMb, folder),
      inFolder: join(folder, "in"),
      outSocket: join(folder, "out", "out.sock"),
      hostUid,
      cgroup,
      jail,
    }).catch((error: unknown) => {
      this.#logger.error({ err: error, folder }, "a cell's process did not start");
      throw error;
    });
    try {
      this.#openToServer(inSocket, hostUid);
      return launched;
    } catch (error) {
      launched.kill();
      await launched.exited;
      throw error;
    }
  }

  /** Connecting takes the right to write; the socket's group is the server's, by its folder. */
  #openToServer(inSocket: string, hostUid: number | undefined): void {
    if (hostUid === undefined || this.#ground.server.uid === process.getuid?.()) return;
    using pinned = pinSocket(inSocket, hostUid);
    chmodSync(pinned.path, 0o660);
  }

  async close(): Promise<void> {
    await this.#ground.cgroups.close();
    this.#ground.warden?.[Symbol.dispose]();
    this.#ground.runtime[Symbol.dispose]();
  }
}

/** A place whose control group this process may also join and remove. */
export interface LocalPlace extends CellPlace {
  readonly cgroup: CellCgroup;
}

function ownUser(): User {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/**
 * Takes the folder over: it is closed with the jailer, or when this fails.
 *
 * @throws BerthError `JAIL_UNAVAILABLE`, `CELL_START_FAILED`
 */
export async function openLocalJailer(
  openRuntime: (hasOwnUids: boolean) => RuntimeFolder,
  options: LocalJailerOptions,
): Promise<LocalJailer> {
  const bubblewrap = options.jail === "required" ? findBubblewrap() : undefined;
  const hasOwnUids = bubblewrap !== undefined && process.getuid?.() === 0;
  const runtime = openRuntime(hasOwnUids);
  const warden = bubblewrap === undefined ? undefined : openWarden(options.logger);
  try {
    const cgroups =
      options.cgroup === "off" ? createPolledRoot() : findCgroupRoot(runtime.poolName);
    const stale = await cgroups.removeStale();
    if (stale > 0) options.logger.warn({ groups: stale }, "removed cells of a killed server");
    const uids = hasOwnUids ? createUidLease() : undefined;
    const { server = ownUser() } = options;
    return new LocalJailer(
      { runtime, cgroups, bubblewrap, uids, server, sources: readSources(), warden },
      options,
    );
  } catch (error) {
    warden?.[Symbol.dispose]();
    runtime[Symbol.dispose]();
    throw error;
  }
}
