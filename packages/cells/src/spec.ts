/**
 * What a cell is asked to run, and the bounds it runs in.
 *
 * Trust: a spec's modules, module names, dates and flags come from a publisher; `checkSpec`
 * refuses whatever could reach the engine's experimental side or our own modules.
 */

import { BerthError } from "@berth/protocol";

export type IsolateModule =
  | { readonly js: string }
  | { readonly text: string }
  | { readonly json: unknown }
  | { readonly data: Uint8Array }
  | { readonly wasm: Uint8Array };

export interface CellLimits {
  /** The app's own heap and buffers; the engine's share comes on top. */
  readonly memoryMb: number;
  /** Of one core. */
  readonly cpuPercent: number;
  /** Threads and processes of the whole cell. Default 64. */
  readonly pids?: number;
  /** From the request to the head of its answer; starts anew while an upload makes progress. */
  readonly wallMs: number;
  /** Processor time of one request; of a stream, in each span of `wallMs`. */
  readonly cpuMs: number;
  readonly maxResponseBytes: number;
  /** Requests of one isolate whose answer has not begun, in all its cells. Default 64. */
  readonly maxConcurrentRequests?: number;
  /** Requests that wait for their turn above that; further ones are refused. Default 128. */
  readonly maxQueuedRequests?: number;
  /** Body of one request. Default 256 MiB. */
  readonly maxRequestBytes?: number;
  /**
   * Processor time that an idle cell may save up and spend above its share; at most what the share
   * gives in 100 ms, which is the kernel's own bound. Default 50.
   */
  readonly cpuBurstMs?: number;
  /** From the code's arrival until the app's modules have run. Default 10,000. */
  readonly startMs?: number;
  /** Fetches and capability calls on behalf of one request. Default 1,000. */
  readonly maxSubrequests?: number;
  /** Fetches of one isolate, in all its cells. Default 100. */
  readonly egressRequestsPerSecond?: number;
  /** Bodies of fetches, both ways together; more is slowed down, not refused. Default 16 MiB. */
  readonly egressBytesPerSecond?: number;
  /** Of one isolate; further lines of the same second are dropped, and counted. Default 500. */
  readonly logLinesPerSecond?: number;
  /** A longer line is cut. Characters, at most 4,000, which is also the default. */
  readonly maxLogLineLength?: number;
  /** Isolates in one cell; the smallest of theirs counts. Default 64. */
  readonly maxIsolatesPerCell?: number;
}

/** What holds where a spec says nothing; no field is left out. */
export const defaultCellLimits: Required<CellLimits> = Object.freeze({
  memoryMb: 64,
  cpuPercent: 100,
  pids: 64,
  wallMs: 30_000,
  cpuMs: 10_000,
  maxResponseBytes: 64 * 1024 * 1024,
  maxConcurrentRequests: 64,
  maxQueuedRequests: 128,
  maxRequestBytes: 256 * 1024 * 1024,
  cpuBurstMs: 50,
  startMs: 10_000,
  maxSubrequests: 1_000,
  egressRequestsPerSecond: 100,
  egressBytesPerSecond: 16 * 1024 * 1024,
  logLinesPerSecond: 500,
  maxLogLineLength: 4_000,
  maxIsolatesPerCell: 64,
});

export interface IsolateSpec {
  /** One isolate per key, for instance installation, release and configuration hash. */
  readonly key: string;
  /** Publisher identity: a cell that ran one tenant's code never runs another's. */
  readonly tenant: string;
  /** Isolates share a cell only when their placement is equal (and their tenant). */
  readonly placement: string;
  readonly mainModule: string;
  readonly modules: Readonly<Record<string, IsolateModule>>;
  /** `YYYY-MM-DD`, between `oldestCompatibilityDate` and `engineCompatibilityDate`. */
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** JSON values, given to the app as `env.X`. `BERTH` is ours. */
  readonly env: Readonly<Record<string, unknown>>;
  readonly limits: CellLimits;
}

/** The newest date that the pinned engine is told; also the default for apps. */
export const engineCompatibilityDate = "2026-11-01";
/** Before it, the engine has no RPC between isolates, which capability calls need. */
export const oldestCompatibilityDate = "2024-09-23";

/** Flags that tenants may choose. Never one that the engine calls experimental. */
export const allowedCompatibilityFlags: ReadonlySet<string> = new Set([
  "enable_request_signal",
  "global_navigator",
  "no_global_navigator",
  "nodejs_als",
  "nodejs_compat",
  "nodejs_compat_v2",
  "streams_enable_constructors",
  "transformstream_enable_standard_constructor",
  "url_standard",
]);

/** Module names that start so are ours. */
export const reservedModulePrefix = "berth-";

const maxNameLength = 512;
const maxModules = 5_000;
const namePattern = /^[A-Za-z0-9._@+~$()[\] -][A-Za-z0-9._@+~$()[\]/ -]*$/;

function refuse(message: string): never {
  throw new BerthError("MODULE_INVALID", message);
}

function checkModules(spec: IsolateSpec): void {
  const names = Object.keys(spec.modules);
  if (names.length > maxModules) {
    refuse(`The app has ${names.length} modules; at most ${maxModules} are loaded.`);
  }
  for (const name of names) {
    const segments = name.split("/");
    if (name.length > maxNameLength || !namePattern.test(name) || segments.includes("..")) {
      refuse(`Module name ${JSON.stringify(name.slice(0, 80))} is not a plain relative path.`);
    }
    if (name.startsWith(reservedModulePrefix)) {
      refuse(`Module name "${name}" starts with "${reservedModulePrefix}", which is reserved.`);
    }
  }
  const main = Object.hasOwn(spec.modules, spec.mainModule)
    ? spec.modules[spec.mainModule]
    : undefined;
  if (main === undefined) refuse(`Main module "${spec.mainModule}" is not among the modules.`);
  if (!("js" in main)) refuse(`Main module "${spec.mainModule}" is not a JavaScript module.`);
}

/** @throws BerthError `MODULE_INVALID` that names the part which is refused */
export function checkSpec(spec: IsolateSpec): void {
  checkModules(spec);
  const date = spec.compatibilityDate;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(date))) {
    refuse(`Compatibility date "${date}" is not a date of the form YYYY-MM-DD.`);
  }
  if (date < oldestCompatibilityDate || date > engineCompatibilityDate) {
    refuse(
      `Compatibility date ${date} is outside ${oldestCompatibilityDate} to ${engineCompatibilityDate}.`,
    );
  }
  for (const flag of spec.compatibilityFlags) {
    if (!allowedCompatibilityFlags.has(flag)) {
      const allowed = [...allowedCompatibilityFlags].join(", ");
      refuse(`Compatibility flag "${flag}" is not allowed; expected one of ${allowed}.`);
    }
  }
  if (Object.hasOwn(spec.env, "BERTH")) refuse('The name "BERTH" in env is reserved.');
}
