/** The manager's settings, each with its default. */
import {
  defaultResourceLimits,
  defaultViewLimits,
  type ResourceLimits,
  type ViewContext,
  type ViewLimits,
} from "@berth/protocol";
import { type Clock, systemClock } from "../clock.ts";
import type { AllowPermissive } from "../federated/allow-permissive.ts";
import { createPermissionMemory, type PermissionMemory } from "../permissions/permission-memory.ts";
import type { APIProxyConfig } from "../proxy/api-proxy-config.ts";
import { defaultLimitStepTimes, type LimitStepTimes } from "../resources/limit-ladder.ts";
import { memoryMeasureOf } from "../resources/memory-meter.ts";
import type { DrawingCosts } from "../sandbox/drawing-costs.ts";
import { createWarmFrames, type WarmFrames } from "../sandbox/warm-frames.ts";
import type { BrowserStorage } from "../storage/browser-storage.ts";
import type { PermissionHost } from "./open-permissions.ts";
import { createMemoryViewStateStore, type ViewStateStore } from "./view-state-store.ts";

export interface AppRuntimeConfig extends Partial<HostContext> {
  /** Instances that are starting, running, paused or suspended at once. Default 10. */
  readonly maxConcurrentApps?: number;
  /** For manifests that leave `resources` or a part of it out. */
  readonly defaultResourceLimits?: Partial<ResourceLimits>;
  /** Address of a script that replaces the standard worker bootstrap. */
  readonly workerScriptPath?: string;
  /** The platform's API for apps whose source names none, and how all calls are made. */
  readonly apiProxyConfig?: Partial<APIProxyConfig>;
  /** The token of that API's user; asked for each call. `refused` is one just turned down. */
  readonly platformToken?: (instance: string, refused?: string) => Promise<string>;
  readonly viewLimits?: Partial<ViewLimits>;
  /** What all apps of the page may use together, shared out among them. Default: as one view. */
  readonly pageBudget?: Partial<PageBudget>;
  /** How fast an app that exceeds a limit is warned, slowed, suspended and stopped. */
  readonly limitStepTimes?: Partial<LimitStepTimes>;
  /** Bytes that an instance keeps in stores of the host's own, beside its view state. */
  readonly storageBytes?: (instance: string) => number | undefined;
  /** Gives views the `storage` capability, and keeps their state. Default: neither. */
  readonly storage?: BrowserStorage;
  /** Default: the storage's, or else as long as the page. */
  readonly viewStates?: ViewStateStore;
  /** Prompts, and what conditions on grants are held against. */
  readonly permissions?: PermissionHost;
  /** Publishers whose federated apps may run in the page itself: no sandbox. Default: none. */
  readonly allowPermissive?: AllowPermissive;
  /** Where the hidden frames are put. Default: the page's body. */
  readonly container?: () => HTMLElement;
  /** Frames that wait ready for the next start while anything is loaded. Default 1; 0 for none. */
  readonly warmFrames?: number;
  /** For bundles and calls. Default: the page's own. */
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** In [0, 1); spreads retries. */
  readonly random?: () => number;
}

export interface PageBudget {
  readonly messagesPerSecond: number;
  readonly mutationsPerSecond: number;
}

export interface HostContext
  extends Pick<ViewContext, "theme" | "density" | "locale" | "timeZone" | "direction" | "tokens"> {}

export interface ResolvedConfig {
  readonly maxConcurrentApps: number;
  readonly defaultResourceLimits: ResourceLimits;
  readonly workerScriptPath: string | undefined;
  readonly apiProxyConfig: Partial<APIProxyConfig>;
  readonly platformToken: AppRuntimeConfig["platformToken"];
  readonly viewLimits: ViewLimits;
  readonly pageBudget: PageBudget;
  readonly limitStepTimes: LimitStepTimes;
  readonly storageBytes: ((instance: string) => number | undefined) | undefined;
  /** Undefined where the browser has no such measurement. */
  readonly measureMemory: (() => Promise<unknown>) | undefined;
  readonly storage: BrowserStorage | undefined;
  readonly viewStates: ViewStateStore;
  readonly permissions: PermissionHost;
  readonly permissionMemory: PermissionMemory;
  readonly allowPermissive: AllowPermissive | undefined;
  readonly container: () => HTMLElement;
  readonly frames: WarmFrames;
  /** Of all views of the page; made with the first strict one. */
  readonly drawing: { costs?: DrawingCosts };
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: () => number;
}

export function resolveConfig(config: AppRuntimeConfig): ResolvedConfig {
  const viewLimits = { ...defaultViewLimits, ...config.viewLimits };
  const { clock = systemClock, container = () => document.body, warmFrames = 1 } = config;
  return {
    maxConcurrentApps: config.maxConcurrentApps ?? 10,
    defaultResourceLimits: { ...defaultResourceLimits, ...config.defaultResourceLimits },
    workerScriptPath: config.workerScriptPath,
    apiProxyConfig: config.apiProxyConfig ?? {},
    platformToken: config.platformToken,
    viewLimits,
    pageBudget: {
      messagesPerSecond: viewLimits.maxMessagesPerSecond,
      mutationsPerSecond: viewLimits.maxMutationsPerSecond,
      ...config.pageBudget,
    },
    limitStepTimes: { ...defaultLimitStepTimes, ...config.limitStepTimes },
    storageBytes: config.storageBytes,
    measureMemory: memoryMeasureOf(globalThis),
    storage: config.storage,
    viewStates: config.viewStates ?? config.storage?.viewStates ?? createMemoryViewStateStore(),
    permissions: config.permissions ?? {},
    permissionMemory: createPermissionMemory(),
    allowPermissive: config.allowPermissive,
    container,
    frames: createWarmFrames({ max: warmFrames, container, clock }),
    drawing: {},
    fetch: config.fetch ?? ((...request) => globalThis.fetch(...request)),
    clock,
    random: config.random ?? Math.random,
  };
}

/** What the host says itself, without the defaults and without what it leaves open. */
export function givenContext(said: Partial<HostContext>): Partial<HostContext> {
  const { theme, density, locale, timeZone, direction, tokens } = said;
  const members = Object.entries({ theme, density, locale, timeZone, direction, tokens });
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

/** @param given - by `givenContext` */
export function resolveContext(given: Partial<HostContext>): HostContext {
  return {
    theme: "light",
    density: "comfortable",
    locale: globalThis.navigator?.language ?? "en",
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    direction: "ltr",
    tokens: {},
    ...given,
  };
}
