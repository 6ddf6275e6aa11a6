/**
 * What happens to an app that goes over its limits: warned, slowed, suspended, stopped, one step
 * at a time; and back up one step after each calm time.
 *
 * Counts its own checks, not wall time: a page that slept has seen neither excess nor calm.
 * Owns only where one app stands. Does not measure, and does nothing to the app: see
 * limit-checks.ts and runtime/app-limits.ts.
 */
import type { Excess } from "./limit-checks.ts";

/** In order; `none` is where an app stands that keeps its limits. */
export const limitSteps = Object.freeze(["none", "warn", "throttle", "suspend", "stop"] as const);
export type LimitStep = (typeof limitSteps)[number];

export interface LimitStepTimes {
  /** Between two looks at an app's figures. */
  readonly checkMs: number;
  /** An app that still exceeds a limit this long after a step is taken one further. */
  readonly stepUpMs: number;
  /** Without excess for this long, it is let back by one step. */
  readonly calmMs: number;
}

export const defaultLimitStepTimes: LimitStepTimes = Object.freeze({
  checkMs: 1_000,
  stepUpMs: 5_000,
  calmMs: 30_000,
});

export interface LimitMove {
  readonly step: LimitStep;
  readonly previous: LimitStep;
  /** What led to it; on the way back what had led there. */
  readonly excess: Excess;
}

export interface LimitLadder {
  readonly step: LimitStep;
  /**
   * Judges one check. The move, when there is one, has been made.
   *
   * @param canSuspend - false while the app's state does not allow it: it stays slowed
   */
  check(excesses: readonly Excess[], canSuspend: boolean): LimitMove | undefined;
  /** The host lets a suspended app go on: it is slowed, and gets no second suspension. */
  lift(): void;
  /** A new run: nothing is held against it. */
  reset(): void;
}

export function createLimitLadder(times: LimitStepTimes): LimitLadder {
  let step: LimitStep = "none";
  /** Milliseconds of checks since the step, and since the last excess. */
  let heldMs = 0;
  let calmMs = 0;
  let cause: Excess | undefined;
  /** Suspended once and not calm since: the next time it is stopped. */
  let wasSuspended = false;

  const enter = (next: LimitStep): void => {
    step = next;
    heldMs = 0;
    calmMs = 0;
    if (next === "suspend") wasSuspended = true;
    if (next === "none") wasSuspended = false;
  };
  const further = (isSevere: boolean, canSuspend: boolean): LimitStep | undefined => {
    if (step === "none") return "warn";
    if (step === "stop" || heldMs < times.stepUpMs) return undefined;
    if (step === "warn") return "throttle";
    if (!isSevere || !(canSuspend || step === "suspend")) return undefined;
    return step === "suspend" || wasSuspended ? "stop" : "suspend";
  };
  const back = (): LimitStep | undefined => {
    if (step === "none" || step === "stop") return undefined;
    return calmMs >= times.calmMs ? limitSteps[limitSteps.indexOf(step) - 1] : undefined;
  };

  return {
    get step() {
      return step;
    },
    check(excesses, canSuspend) {
      const severe = excesses.filter(({ isSevere }) => isSevere);
      const worst = worstOf(severe.length > 0 ? severe : excesses);
      if (worst !== undefined) {
        cause = worst;
      }
      heldMs += times.checkMs;
      calmMs = worst === undefined ? calmMs + times.checkMs : 0;
      const next = worst === undefined ? back() : further(worst.isSevere, canSuspend);
      if (next === undefined || cause === undefined) return undefined;
      const previous = step;
      enter(next);
      return { step, previous, excess: cause };
    },
    lift() {
      if (step === "suspend") enter("throttle");
    },
    reset() {
      enter("none");
      cause = undefined;
    },
  };
}

function worstOf(excesses: readonly Excess[]): Excess | undefined {
  const ratio = ({ figure, allowed }: Excess) => figure.value / Math.max(allowed, 1e-9);
  return excesses.toSorted((a, b) => ratio(b) - ratio(a))[0];
}
