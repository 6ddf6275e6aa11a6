/** The rate windows of all installations, each by what it limits. */
import { BerthError } from "@berth/protocol";
import type { Clock } from "../storage/ground.ts";
import { createRateWindow, type RateWindow } from "./rate-window.ts";

export interface RateLimit {
  readonly installationId: string;
  /** The field of `resources` that sets the limit. */
  readonly resource: "apiCalls" | "network";
  readonly limitPerMinute: number;
}

export interface RateLimits {
  /** @throws RATE_LIMITED with `details.retryAfterSeconds` */
  take(limit: RateLimit): void;
  remove(installationId: string): void;
}

export function createRateLimits(clock: Clock): RateLimits {
  const windows = {
    apiCalls: new Map<string, RateWindow>(),
    network: new Map<string, RateWindow>(),
  };
  let nextSweepAt = clock.now() + 60_000;

  function sweep(): void {
    if (clock.now() < nextSweepAt) return;
    nextSweepAt = clock.now() + 60_000;
    for (const group of Object.values(windows)) {
      for (const [id, window] of group) if (window.isIdle()) group.delete(id);
    }
  }

  return {
    take({ installationId, resource, limitPerMinute }) {
      sweep();
      let window = windows[resource].get(installationId);
      if (window === undefined) {
        window = createRateWindow(clock);
        windows[resource].set(installationId, window);
      }
      const retryAfterSeconds = window.take(limitPerMinute);
      if (retryAfterSeconds === 0) return;
      throw new BerthError(
        "RATE_LIMITED",
        `The app made its ${limitPerMinute} calls of this minute (resources.${resource}); try again in ${retryAfterSeconds} s.`,
        {
          details: {
            limit: resource === "network" ? "network requests" : "api calls",
            enforcer: "gateway",
            allowed: limitPerMinute,
            resource,
            limitPerMinute,
            retryAfterSeconds,
          },
        },
      );
    },
    remove(installationId) {
      for (const group of Object.values(windows)) group.delete(installationId);
    },
  };
}
