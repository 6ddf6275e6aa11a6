/**
 * The function data plane: which code runs for which installation, and who may reach it.
 *
 * Owns the keys of loaded isolates. When an installation changes, isolates of an older release or
 * configuration are let run out and dropped.
 */
import type { CellLogEntry, CellPool, IsolateUsage } from "@berth/cells";
import { functionLimits, type PlacementPolicy } from "@berth/protocol";
import type { Gateway } from "../gateway/gateway.ts";
import type { InstallationDirectory, LiveInstallation } from "../installation/live.ts";
import type { OpenUses } from "../policy/open-uses.ts";
import type { Registry } from "../registry/registry.ts";
import type { Ground } from "../storage/ground.ts";
import { createCpuLedger } from "./cpu-ledger.ts";
import { createFairShare } from "./fair-share.ts";
import { createFunctionLog } from "./function-log.ts";
import type { Functions, FunctionUsage } from "./functions.ts";
import { createHeldRefusals } from "./held-refusals.ts";
import { createHooks } from "./hooks.ts";
import type { Hosts } from "./hosts.ts";
import { createPlacement } from "./placement.ts";
import { createServeFunction } from "./serve-function.ts";
import { createServeUpgrade } from "./serve-upgrade.ts";
import { createStackMapper } from "./source-maps/map-stacks.ts";
import { createSpecs, type FunctionBounds, type FunctionCeilings, isolateKeyOf } from "./spec.ts";
import { createVisits, type VisitDependencies } from "./visit.ts";
import { defaultSocketBounds, type SocketBounds } from "./web-socket/bridge.ts";
import {
  createOpenSockets,
  defaultSocketCounts,
  type SocketCounts,
} from "./web-socket/open-sockets.ts";
import { createSocketRates } from "./web-socket/socket-rates.ts";

export interface FunctionsOptions
  extends Omit<VisitDependencies, "pool" | "specs" | "directory" | "logger" | "hosts" | "gateway"> {
  readonly pool: CellPool;
  readonly gateway: VisitDependencies["gateway"] & Pick<Gateway, "log">;
  readonly openUses: OpenUses;
  readonly registry: Pick<Registry, "openPackage">;
  readonly directory: InstallationDirectory;
  readonly hosts: Hosts;
  readonly ground: Ground;
  readonly createRequestId: () => string;
  /** Default: the protocol's `functionLimits`. */
  readonly limits?: Partial<FunctionBounds>;
  /** Which installations share a cell. Default: none does. */
  readonly placement?: PlacementPolicy;
  /** The operator's; default none. */
  readonly ceilings?: FunctionCeilings;
  /** Default 256 MiB. */
  readonly maxRequestBytes?: number;
  readonly sockets?: Partial<SocketBounds & SocketCounts>;
}

export interface OpenFunctions extends Functions {
  /** A pool's `onLog`: stacks are mapped to the sources that a release was built from. */
  log(entry: CellLogEntry): void;
  /** Stops listening for changes, and ends WebSockets. The pool is closed by whoever opened it. */
  close(): Promise<void>;
}

const recheckEveryMs = 30_000;
const restarting = Object.freeze({
  code: 1012,
  reason: "The server is being restarted; open a new connection.",
});

export function openFunctions(options: FunctionsOptions): OpenFunctions {
  const { pool, directory, ground } = options;
  const { wallMs, cpuMs, maxResponseBytes } = { ...functionLimits, ...options.limits };
  const placement = createPlacement(options.placement);
  const specs = createSpecs({
    placement,
    registry: options.registry,
    limits: { wallMs, cpuMs, maxResponseBytes },
    ...(options.ceilings === undefined ? {} : { ceilings: options.ceilings }),
  });
  const hooks = createHooks({
    pool,
    specs,
    gateway: options.gateway,
    policy: options.policy,
    metering: options.metering,
    createRequestId: options.createRequestId,
    functionHost: (id) => new URL(options.hosts.functionOrigin(id)).host,
  });
  const { logger } = ground;
  const visits = createVisits({ ...options, specs, logger });
  const fairShare = createFairShare({ clock: ground.clock });
  const refusals = createHeldRefusals(ground.clock.now);
  const handle = createServeFunction({
    ...options,
    visits,
    fairShare,
    refusals,
    logger,
    maxRequestBytes: options.maxRequestBytes ?? 268_435_456,
  });
  const sockets = createOpenSockets({ ...defaultSocketCounts, ...options.sockets });
  const handleUpgrade = createServeUpgrade({
    ...options,
    visits,
    fairShare,
    refusals,
    logger,
    sockets,
    rates: createSocketRates(ground.clock),
    bounds: { ...defaultSocketBounds, ...options.sockets },
  });

  const mapper = createStackMapper({
    openPackage: (digest) => options.registry.openPackage(digest),
    clock: ground.clock,
  });
  const log = createFunctionLog({ mapper, directory, gateway: options.gateway });

  async function recheck(installationId?: string): Promise<void> {
    await Promise.all([sockets.recheck(installationId), options.openUses.recheck(installationId)]);
  }

  /** For what time alone ends: an expiry, a window, a second factor that is not fresh any longer. */
  const clockwork = setInterval(() => {
    recheck().catch((error: unknown) => {
      ground.logger.warn({ err: error }, "open streams were not asked anew");
    });
  }, recheckEveryMs);
  clockwork.unref();

  async function drop(keys: readonly string[]): Promise<void> {
    for (const key of keys) specs.forget(key);
    await Promise.all(keys.map((key) => pool.release(key)));
  }

  async function dropStale(installationId: string): Promise<void> {
    await recheck(installationId);
    const keys = specs.keysOf(installationId);
    if (keys.length === 0) return;
    const live: LiveInstallation | undefined =
      directory.findLoaded(installationId) ?? (await directory.load(installationId));
    const current = live === undefined ? undefined : isolateKeyOf(live);
    await drop(keys.filter((key) => key !== current));
  }

  const stop = directory.onChange((installationId) => {
    dropStale(installationId).catch((error: unknown) => {
      ground.logger.warn({ err: error, installation: installationId }, "old isolates remain");
    });
  });

  const cpuLedger = createCpuLedger();

  function usage(installationId: string): FunctionUsage | undefined {
    const readings = new Map<string, IsolateUsage>();
    for (const key of specs.keysOf(installationId)) {
      const reading = pool.usage(key);
      if (reading !== undefined) readings.set(key, reading);
    }
    const cpu = cpuLedger.add(installationId, readings);
    if (cpu === undefined) return undefined;
    const all = [...readings.values()];
    const live = directory.findLoaded(installationId);
    return {
      ...cpu,
      memoryBytes: all.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
      cells: Math.max(...all.map(({ cells }) => cells)),
      isEstimate:
        all.some(({ isShared }) => isShared) &&
        (live === undefined || placement.kindOf(live) !== "dedicated"),
    };
  }

  return {
    ...hooks,
    handle,
    handleUpgrade,
    log,
    usage,
    recheck,
    endSession: sockets.endSession,
    endMember: sockets.endMember,
    async release(installationId) {
      await sockets.end({ code: 1012, reason: "The app was stopped." }, installationId);
      const keys = specs.keysOf(installationId);
      await drop(keys);
      // Whoever stopped it looked at it: when it serves again, it begins with a clean record.
      for (const key of keys) pool.pardon(key);
    },
    endSockets: () => sockets.end(restarting),
    closeSockets: sockets.close,
    close() {
      stop();
      clearInterval(clockwork);
      return sockets.close();
    },
  };
}
