/**
 * Builds what a cell runs from an installation and its verified package, and keeps it while it is
 * in use.
 *
 * Invariant: a key names one installation, one release and one configuration, so that an isolate is
 * never asked to be two of them.
 */
import { type CellLimits, engineCompatibilityDate, type IsolateSpec } from "@berth/cells";
import {
  BerthError,
  clampFunctionLimits,
  type FunctionLimits,
  type ResourceLimits,
} from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";
import type { Registry } from "../registry/registry.ts";
import { collectModules } from "./modules.ts";
import { createPlacement, type Placement, publisherOf } from "./placement.ts";

export interface Specs {
  find(key: string): FunctionSpec | undefined;
  /** @throws FUNCTION_ABSENT, MODULE_INVALID, and what opening the package throws */
  load(live: LiveInstallation): Promise<FunctionSpec>;
  keysOf(installationId: string): readonly string[];
  forget(key: string): void;
}

/** What a cell is asked to run, with the bounds that the server keeps itself. */
export interface FunctionSpec extends IsolateSpec {
  readonly limits: CellLimits & FunctionLimits;
}

type Keyed = Pick<LiveInstallation, "id" | "digest" | "configHash">;

/** Begins with the installation's id, which is how the gateway knows who calls. */
export function isolateKeyOf(live: Keyed): string {
  return `${live.id}@${live.digest.slice(0, 16)}@${live.configHash}`;
}

const maxSpecs = 1_000;

export interface SpecOptions {
  readonly registry: Pick<Registry, "openPackage">;
  /** Default: each installation has a cell of its own. */
  readonly placement?: Placement;
  readonly limits: FunctionBounds;
  /** The operator's, over what a manifest asks and what was given at its installation. Default none. */
  readonly ceilings?: FunctionCeilings;
}

/** The most that one installation's function may get. */
export type FunctionCeilings = Partial<FunctionLimits & Pick<ResourceLimits, "memory" | "cpu">>;

/** Bounds of one request; see `functionLimits` for their meaning. */
export type FunctionBounds = Pick<CellLimits, "wallMs" | "cpuMs" | "maxResponseBytes">;

export function createSpecs(options: SpecOptions): Specs {
  const { registry, placement = createPlacement(), limits, ceilings = {} } = options;
  const specs = new Map<string, FunctionSpec>();
  const loading = new Map<string, Promise<FunctionSpec>>();
  const keys = new Map<string, Set<string>>();

  function forget(key: string): void {
    specs.delete(key);
    const id = key.slice(0, key.indexOf("@"));
    const own = keys.get(id);
    own?.delete(key);
    if (own?.size === 0) keys.delete(id);
  }

  function keep(live: LiveInstallation, spec: FunctionSpec): void {
    if (specs.size >= maxSpecs) {
      const oldest = specs.keys().next().value;
      if (oldest !== undefined) specs.delete(oldest);
    }
    specs.set(spec.key, spec);
    const own = keys.get(live.id);
    if (own === undefined) keys.set(live.id, new Set([spec.key]));
    else own.add(spec.key);
  }

  async function build(live: LiveInstallation, key: string): Promise<FunctionSpec> {
    const { server } = live.manifest;
    if (server === undefined) {
      throw new BerthError("FUNCTION_ABSENT", `${live.app} ${live.version} has no server.entry.`);
    }
    const { files } = await registry.openPackage(live.digest);
    const spec: FunctionSpec = {
      key,
      tenant: publisherOf(live),
      placement: placement.textOf(live),
      mainModule: server.entry,
      modules: collectModules(files, server.entry),
      compatibilityDate: server.compatibilityDate ?? engineCompatibilityDate,
      compatibilityFlags: server.compatibilityFlags,
      env: { CONFIG: live.config },
      limits: {
        memoryMb: Math.min(live.resources.memory, ceilings.memory ?? live.resources.memory),
        cpuPercent: Math.min(live.resources.cpu, ceilings.cpu ?? live.resources.cpu),
        // Manifests of older releases were stored without limits.
        ...clampFunctionLimits(server.limits ?? {}, ceilings, limits),
      },
    };
    keep(live, spec);
    return spec;
  }

  return {
    find: (key) => specs.get(key),
    forget,
    keysOf: (installationId) => [...(keys.get(installationId) ?? [])],
    load(live) {
      const key = isolateKeyOf(live);
      const spec = specs.get(key);
      if (spec !== undefined) return Promise.resolve(spec);
      const running = loading.get(key);
      if (running !== undefined) return running;
      const built = build(live, key).finally(() => loading.delete(key));
      loading.set(key, built);
      return built;
    },
  };
}
