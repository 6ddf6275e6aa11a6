/**
 * Keeps one installation's callers from taking the server's thread away from all others.
 *
 * Every request passes through one thread, and a flood at one app costs it time even where the app's
 * own limits refuse the requests. So requests are counted by installation in short windows. When the
 * thread was nearly full and more than one installation was asked of late, each may have only so many
 * requests in the next window that the heaviest is cut and the others are not touched. They are let
 * in evenly over the window: a window's worth at once would make everybody wait for all of it. What
 * is over is refused before anything is read or verified. As the thread recovers, the bound rises
 * again, by a tenth per window (additive growth would take seconds to forget a flood).
 *
 * Who asks for little begins at once; what else is let in begins by turns (see turns.ts). An
 * installation that is alone is never bounded here.
 */
import { performance } from "node:perf_hooks";
import { createLimitError } from "@berth/cells";
import type { BerthError } from "@berth/protocol";
import type { Clock } from "../storage/ground.ts";
import { createTurns, type Turns } from "./turns.ts";

const windowMs = 100;
/** Windows for which an installation counts as asked of late. */
const recentWindows = 20;
// Lower than throughput alone would have it: near a full thread, waiting grows out of all proportion.
const fullUtilization = 0.6;
const calmUtilization = 0.45;
const growth = 1.1;
const cut = 0.5;
/** What a page asks for at once when it opens is never refused here. */
const burst = 50;
/** Per window; so much of an app is always served. */
const leastBudget = 20;
const maxRemembered = 10_000;
/** Of one installation, let in and not begun: what it holds in memory must have an end. */
const maxWaiting = 1_000;
const retryAfterSeconds = 1;

export interface FairShare {
  /**
   * Undefined for whoever may pass at once, else a promise of its turn, or why not: RATE_LIMITED with
   * `details.retryAfterSeconds`, the same object for all of a window.
   */
  admit(installationId: string): Promise<void> | BerthError | undefined;
}

export interface FairShareOptions {
  readonly clock: Clock;
  /** The part of the time since the last call in which the thread was busy, 0 to 1. */
  readonly readUtilization?: () => number;
  readonly turns?: Turns;
}

/** Of this thread's event loop. */
function createUtilizationReader(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}

/** Of one installation. */
interface Share {
  /** In this window. */
  asked: number;
  lastWindow: number;
  /** Requests that it may have at once. */
  tokens: number;
  filledAt: number;
}

export function createFairShare(options: FairShareOptions): FairShare {
  const { clock, readUtilization = createUtilizationReader(), turns = createTurns() } = options;
  const shares = new Map<string, Share>();
  let window = 0;
  let endsAt = 0;
  let lastRefusal = Number.NEGATIVE_INFINITY;
  /** Per window. */
  let budget = Number.POSITIVE_INFINITY;
  let refusal: BerthError | undefined;

  /** @returns what the heaviest asked for in the window that ends */
  function endWindow(): number {
    let heaviest = 0;
    for (const [id, share] of shares) {
      heaviest = Math.max(heaviest, share.asked);
      if (share.asked > 0) share.lastWindow = window;
      share.asked = 0;
      const isForgotten = window - share.lastWindow > recentWindows;
      if (isForgotten || shares.size > maxRemembered) shares.delete(id);
    }
    return heaviest;
  }

  function turn(now: number): void {
    const elapsedWindows = Math.max(1, (now - endsAt + windowMs) / windowMs);
    const utilization = readUtilization();
    const served = Math.min(endWindow(), budget) / elapsedWindows;
    window += Math.ceil(elapsedWindows);
    endsAt = now + windowMs;
    refusal = undefined;
    const isShared = shares.size > 1;
    if (isShared && utilization > fullUtilization) {
      budget = Math.max(leastBudget, Math.floor(served * cut));
    } else if (!isShared) {
      budget = Number.POSITIVE_INFINITY;
    } else if (utilization < calmUtilization) {
      const isForgotten = window - lastRefusal > recentWindows;
      budget = isForgotten ? Number.POSITIVE_INFINITY : Math.ceil(budget * growth);
    }
  }

  function find(id: string, now: number): Share {
    const known = shares.get(id);
    if (known !== undefined) return known;
    const share = { asked: 0, lastWindow: window, tokens: burst, filledAt: now };
    shares.set(id, share);
    return share;
  }

  /** Evenly, and after a rest what a page asks for when it opens. Counts while nothing is bounded, too. */
  function take(share: Share, now: number): boolean {
    const perWindow = budget === Number.POSITIVE_INFINITY ? burst : budget;
    const filled = (Math.max(0, now - share.filledAt) * perWindow) / windowMs;
    share.tokens = Math.min(Math.max(burst, perWindow), share.tokens + filled);
    share.filledAt = now;
    if (share.tokens < 1) return false;
    share.tokens -= 1;
    return true;
  }

  function refuse(): BerthError {
    lastRefusal = window;
    // Making an error takes longer than all else that is done for whoever is refused.
    refusal ??= createLimitError(
      "RATE_LIMITED",
      `This app is asked for more than its share while others are waiting; try again in ${retryAfterSeconds} s.`,
      {
        limit: "fair share",
        enforcer: "gateway",
        allowed: Math.min(maxWaiting, Math.floor(budget)),
        retryAfterSeconds,
      },
    );
    return refusal;
  }

  return {
    admit(installationId) {
      const now = clock.now();
      if (now >= endsAt) turn(now);
      const share = find(installationId, now);
      share.asked += 1;
      const isLetIn = take(share, now) || budget === Number.POSITIVE_INFINITY;
      const isLight = share.tokens > burst / 2;
      if (isLetIn && (shares.size === 1 || isLight)) return undefined;
      if (isLetIn && turns.waiting(installationId) < maxWaiting) return turns.take(installationId);
      return refuse();
    },
  };
}
