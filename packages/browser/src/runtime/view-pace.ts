/** How fast an app may go, by where it stands with its limits and by its share of the page. Pure. */
import type { ViewLimits } from "@berth/protocol";
import type { LimitStep } from "../resources/limit-ladder.ts";
import type { ViewPace } from "../sandbox/app-worker.ts";
import type { PageBudget } from "./config.ts";

export interface PaceOptions {
  readonly step: LimitStep;
  /** Of the page's budget; undefined before it was shared out. */
  readonly share: PageBudget | undefined;
  /** Another app is in the foreground. */
  readonly isBackground: boolean;
  readonly limits: Pick<
    ViewLimits,
    "maxSustainedMessagesPerSecond" | "maxSustainedMutationsPerSecond"
  >;
}

const backgroundTimersMs = 200;
const throttledTimersMs = 1_000;

/** Undefined: as fast as the view's own bounds allow. */
export function paceOf({ step, share, isBackground, limits }: PaceOptions): ViewPace | undefined {
  const sustained: PageBudget = {
    messagesPerSecond: limits.maxSustainedMessagesPerSecond,
    mutationsPerSecond: limits.maxSustainedMutationsPerSecond,
  };
  switch (step) {
    case "none":
    case "warn":
      if (!isBackground || share === undefined) return undefined;
      return { delivery: atLeastOne(share, 1), timersMs: backgroundTimersMs };
    case "throttle":
      return {
        delivery: atLeastOne(lesser(share ?? sustained, sustained), 0.5),
        timersMs: throttledTimersMs,
      };
    case "suspend":
    case "stop":
      return {
        delivery: { messagesPerSecond: 0, mutationsPerSecond: 0 },
        timersMs: Number.POSITIVE_INFINITY,
      };
    default:
      return step satisfies never;
  }
}

function lesser(a: PageBudget, b: PageBudget): PageBudget {
  return {
    messagesPerSecond: Math.min(a.messagesPerSecond, b.messagesPerSecond),
    mutationsPerSecond: Math.min(a.mutationsPerSecond, b.mutationsPerSecond),
  };
}

/** An app that may say nothing at all could not even answer. */
function atLeastOne(budget: PageBudget, part: number): PageBudget {
  return {
    messagesPerSecond: Math.max(1, budget.messagesPerSecond * part),
    mutationsPerSecond: Math.max(1, budget.mutationsPerSecond * part),
  };
}
