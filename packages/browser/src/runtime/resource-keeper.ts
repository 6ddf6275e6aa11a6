/**
 * Watches all apps of a page together: once a second, or as configured, it looks at each one's figures, shares the
 * page's budget out among them, and lets each be judged by its limits.
 *
 * Works while an app is up, and only then. Owns the page's own measurements and which app is in
 * the foreground.
 */
import type { AppState } from "@berth/protocol";
import { type HostLateness, openHostLateness } from "../resources/host-lateness.ts";
import { type MemoryMeter, openMemoryMeter } from "../resources/memory-meter.ts";
import { type Reading, unavailable } from "../resources/reading.ts";
import type { ResourceUsage } from "../resources/resource-monitor.ts";
import { type ShareClaim, shareOut, weightOfApp } from "../resources/share-out.ts";
import type { PageBudget, ResolvedConfig } from "./config.ts";

export const activeStates: ReadonlySet<AppState> = new Set([
  "starting",
  "running",
  "paused",
  "suspended",
]);

/** An app as the keeper sees it. */
export interface KeptApp {
  readonly instance: string;
  readonly state: AppState;
  /** Messages and mutations a second that it would use. */
  demand(): { readonly messages: number; readonly mutations: number };
  checkLimits(): ResourceUsage;
  setShare(share: PageBudget, isBackground: boolean): void;
}

/** What is measured once for the whole page. */
export interface PageMeasures {
  /** How late the page's own timers are, in [0, 1]. */
  readonly hostLateShare: () => number;
  readonly memory: (frameId: string | undefined) => Reading;
  readonly memoryAt: () => number | null;
}

export interface ResourceKeeper {
  readonly measures: PageMeasures;
  readonly foreground: string | undefined;
  setForeground(instance: string | undefined): void;
  /** To be called whenever an app's state has changed or one is gone. */
  refresh(): void;
}

export interface ResourceKeeperOptions {
  readonly config: Pick<
    ResolvedConfig,
    "clock" | "pageBudget" | "limitStepTimes" | "measureMemory"
  >;
  readonly apps: () => Iterable<KeptApp>;
  readonly onUsage: (instance: string, usage: ResourceUsage) => void;
}

/** An app is given room above what it last used, so that it can ask for more. */
const demandHeadroom = 1.25;

export function createResourceKeeper(options: ResourceKeeperOptions): ResourceKeeper {
  const { clock, pageBudget, limitStepTimes, measureMemory } = options.config;
  let foreground: string | undefined;
  let stop: (() => void) | undefined;
  let lateness: HostLateness | undefined;
  let memory: MemoryMeter | undefined;

  const active = (): readonly KeptApp[] =>
    [...options.apps()].filter(({ state }) => activeStates.has(state));

  const divide = (): void => {
    const apps = active().filter(({ state }) => state !== "suspended");
    const hasForeground = apps.some(({ instance }) => instance === foreground);
    const asked = apps.map((app) => ({ app, demand: app.demand() }));
    const claims = (name: "messages" | "mutations"): readonly ShareClaim[] =>
      asked.map(({ app: { instance }, demand }) => ({
        id: instance,
        weight: weightOfApp(instance === foreground, apps.length - 1),
        demand: demand[name] * demandHeadroom + 1,
      }));
    const messages = shareOut(pageBudget.messagesPerSecond, claims("messages"));
    const mutations = shareOut(pageBudget.mutationsPerSecond, claims("mutations"));
    for (const app of apps) {
      const share: PageBudget = {
        messagesPerSecond: messages.get(app.instance) ?? 0,
        mutationsPerSecond: mutations.get(app.instance) ?? 0,
      };
      app.setShare(share, hasForeground && app.instance !== foreground);
    }
  };
  const check = (): void => {
    divide();
    for (const app of active()) options.onUsage(app.instance, app.checkLimits());
  };
  const begin = (): void => {
    lateness = openHostLateness(clock);
    memory = openMemoryMeter({ clock, measure: measureMemory });
    const cancel = clock.every(limitStepTimes.checkMs, check);
    stop = () => {
      cancel();
      lateness?.close();
      memory?.close();
      lateness = undefined;
      memory = undefined;
      stop = undefined;
    };
  };

  return {
    measures: {
      hostLateShare: () => lateness?.share() ?? 0,
      memory: (frameId) => memory?.reading(frameId) ?? unavailable("MB", "no app runs"),
      memoryAt: () => memory?.measuredAt ?? null,
    },
    get foreground() {
      return foreground;
    },
    setForeground(instance) {
      foreground = instance;
      divide();
    },
    refresh() {
      if (active().length === 0) stop?.();
      else if (stop === undefined) begin();
      divide();
    },
  };
}
