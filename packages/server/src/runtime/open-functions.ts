/**
 * The function data plane: which code runs for which installation, and who may reach it.
 *
 * Owns the keys of loaded isolates. When an installation changes, isolates of an older release or
 * configuration are let run out and dropped.
 */
import type { CellPool } from "@berth/cells";
import { functionLimits } from "@berth/protocol";
import type { InstallationDirectory, LiveInstallation } from "../installation/live.ts";
import type { Registry } from "../registry/registry.ts";
import type { Ground } from "../storage/ground.ts";
import type { Functions, FunctionUsage } from "./functions.ts";
import { createHooks } from "./hooks.ts";
import type { Hosts } from "./hosts.ts";
import { createServeFunction, type ServeDependencies } from "./serve-function.ts";
import { createSpecs, type FunctionBounds, isolateKeyOf } from "./spec.ts";

export interface FunctionsOptions
  extends Omit<
    ServeDependencies,
    "pool" | "specs" | "directory" | "logger" | "hosts" | "maxRequestBytes"
  > {
  readonly pool: CellPool;
  readonly registry: Pick<Registry, "openPackage">;
  readonly directory: InstallationDirectory;
  readonly hosts: Hosts;
  readonly ground: Ground;
  readonly createRequestId: () => string;
  /** Default: the protocol's `functionLimits`. */
  readonly limits?: Partial<FunctionBounds>;
  /** Default 256 MiB. */
  readonly maxRequestBytes?: number;
}

export interface OpenFunctions extends Functions {
  /** Stops listening for changes. The pool is closed by whoever opened it. */
  close(): void;
}

export function openFunctions(options: FunctionsOptions): OpenFunctions {
  const { pool, directory, ground } = options;
  const { wallMs, cpuMs, maxResponseBytes } = { ...functionLimits, ...options.limits };
  const specs = createSpecs({
    registry: options.registry,
    limits: { wallMs, cpuMs, maxResponseBytes },
  });
  const hooks = createHooks({
    pool,
    specs,
    gateway: options.gateway,
    createRequestId: options.createRequestId,
    functionHost: (id) => new URL(options.hosts.functionOrigin(id)).host,
  });
  const handle = createServeFunction({
    ...options,
    specs,
    logger: ground.logger,
    maxRequestBytes: options.maxRequestBytes ?? 268_435_456,
  });

  async function drop(keys: readonly string[]): Promise<void> {
    for (const key of keys) specs.forget(key);
    await Promise.all(keys.map((key) => pool.release(key)));
  }

  async function dropStale(installationId: string): Promise<void> {
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

  function usage(installationId: string): FunctionUsage | undefined {
    const all = specs
      .keysOf(installationId)
      .map((key) => pool.usage(key))
      .filter((each) => each !== undefined);
    const [first] = all;
    if (first === undefined) return undefined;
    // One cell hosts all isolates of an installation, so each reading is of the same cell.
    return all.reduce((sum, each) => (each.startedAt > sum.startedAt ? each : sum), first);
  }

  return {
    ...hooks,
    handle,
    usage,
    release: (installationId) => drop(specs.keysOf(installationId)),
    close: stop,
  };
}
