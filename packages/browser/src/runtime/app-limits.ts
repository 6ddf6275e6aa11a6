/**
 * Keeps one app within its limits: gathers its figures, judges them once a second, and has what
 * follows done to it.
 *
 * Owns where the app stands, its history and its pace. What is done to the app is its instance's;
 * when checks come is resource-keeper.ts's.
 */
import { BerthError, type ResourceLimits, type ViewLimits } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { createLazy } from "../lazy.ts";
import type { LimitSample } from "../resources/limit-checks.ts";
import { type AllowedFigures, allowedFigures, findExcesses } from "../resources/limit-checks.ts";
import {
  createLimitLadder,
  type LimitMove,
  type LimitStepTimes,
} from "../resources/limit-ladder.ts";
import type { ResourceMonitor, ResourceUsage } from "../resources/resource-monitor.ts";
import { createUsageHistory } from "../resources/usage-history.ts";
import { createUsageReport, type UsageReport } from "../resources/usage-report.ts";
import type { ViewPace } from "../sandbox/app-worker.ts";
import type { PageBudget } from "./config.ts";
import type { PageMeasures } from "./resource-keeper.ts";
import { paceOf } from "./view-pace.ts";

/** A line needs three whole minutes, a forecast ten: long before, what makes them is fetched. */
const trendAfterMs = 60_000;
/** An app is judged by what it did in this time, or since its last step. */
const judgedMs = 10_000;

/** What is done to an app. */
export interface LimitedApp {
  readonly canBeSuspended: boolean;
  setPace(pace: ViewPace | undefined): void;
  suspend(): void;
  /** Ends a suspension. */
  goOn(): void;
  end(error: BerthError): void;
}

export interface AppLimitsOptions {
  readonly instance: string;
  readonly app: LimitedApp;
  readonly monitor: ResourceMonitor;
  readonly resources: ResourceLimits;
  readonly viewLimits: ViewLimits;
  readonly times: LimitStepTimes;
  readonly clock: Clock;
  readonly measures: PageMeasures;
  /** Of the worker, since it began. */
  readonly busyTotals: () => { readonly lateMs: number; readonly observedMs: number };
  readonly onMove: (move: LimitMove) => void;
}

export interface AppLimits {
  /** Looks at the figures, keeps them, and acts on them. Returns them. */
  check(): ResourceUsage;
  /** The app's part of the page's budget, from now on. */
  setShare(share: PageBudget, isBackground: boolean): void;
  /** The host ends a suspension by itself. */
  lift(): void;
  /** The app starts anew. */
  reset(): void;
  /** The worker that the pace is for is a new one. */
  readonly pace: ViewPace | undefined;
  report(): UsageReport;
}

export function createAppLimits(options: AppLimitsOptions): AppLimits {
  const { app, monitor, clock, viewLimits } = options;
  const allowed: AllowedFigures = allowedFigures(options.resources, viewLimits);
  const ladder = createLimitLadder(options.times);
  const history = createUsageHistory();
  const trend = createLazy(() => import("../resources/trend.ts"));
  let firstLookAt: number | undefined;
  /** Of the time that an app is judged by, oldest first. */
  let samples: readonly LimitSample[] = [];
  let share: PageBudget | undefined;
  let isBackground = false;

  const pace = () => paceOf({ step: ladder.step, share, isBackground, limits: viewLimits });
  const applyPace = (): void => app.setPace(pace());
  const act = (move: LimitMove): void => {
    samples = samples.slice(-1);
    options.onMove(move);
    applyPace();
    if (move.step === "suspend") app.suspend();
    else if (move.step === "stop") app.end(stoppedFor(move, options.instance));
    else if (move.previous === "suspend") app.goOn();
  };

  const look = (usage: ResourceUsage): LimitSample => ({
    at: clock.now(),
    readings: usage.readings,
    totals: {
      messages: usage.messages,
      mutations: usage.mutations,
      apiCalls: usage.requests + usage.capabilityCalls,
      network: usage.networkRequests,
      ...options.busyTotals(),
    },
    hostLateShare: options.measures.hostLateShare(),
    memoryAt: options.measures.memoryAt(),
  });

  return {
    check() {
      const usage = monitor.usage();
      firstLookAt ??= clock.now();
      if (clock.now() - firstLookAt >= trendAfterMs) trend.begin();
      history.note(clock.now(), usage.readings);
      const sample = look(usage);
      const excesses = findExcesses(sample, samples.at(-1), samples[0], allowed);
      samples = [...samples.filter(({ at }) => sample.at - at < judgedMs), sample];
      const move = ladder.check(excesses, app.canBeSuspended);
      if (move !== undefined) act(move);
      return usage;
    },
    setShare(next, background) {
      share = next;
      isBackground = background;
      applyPace();
    },
    lift() {
      ladder.lift();
      applyPace();
    },
    reset() {
      ladder.reset();
      samples = [];
      applyPace();
    },
    get pace() {
      return pace();
    },
    report: () =>
      createUsageReport({
        at: clock.now(),
        step: ladder.step,
        readings: monitor.usage().readings,
        allowed,
        history,
        trend: trend.current,
      }),
  };
}

function stoppedFor({ excess }: LimitMove, instance: string): BerthError {
  const { limit, figure, allowed } = excess;
  return new BerthError(
    "VIEW_LIMIT_EXCEEDED",
    `The view ${instance} was stopped: its ${limit} came to ${figure.value} ${figure.unit}, where ${allowed} is allowed, also after it was warned, slowed and suspended.`,
    { details: { limit, value: figure.value, unit: figure.unit, allowed } },
  );
}
