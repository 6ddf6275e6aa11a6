/**
 * How often a view may move the page's address, and when it may leave a step for Back: once for
 * each thing that the reader did in it. Whatever else it does replaces the step that is there, so
 * that no view can bury the page that its reader came from.
 */
import type { Clock } from "../clock.ts";
import { createRateWindow } from "../proxy/rate-window.ts";

export interface RouteWriter {
  /**
   * Counts one move. True when it may be a step of its own.
   *
   * @param eventAtMs - when the reader last did something in the view that it has not moved for
   * @throws BerthError RATE_LIMITED
   */
  admit(eventAtMs: number | undefined): boolean;
}

export interface RouteWriterOptions {
  readonly clock: Clock;
  readonly isHtml: boolean;
  /** Whether the reader touched the page or a frame in it just now. Default: the browser's word. */
  readonly isReaderActive?: () => boolean;
}

/** Browsers themselves begin to refuse at a few hundred in ten seconds. */
export const maxMoves = 20;
export const movesWindowMs = 10_000;
/** A view may have to fetch something before it moves. */
const eventCountsMs = 5_000;
/** Of a document of the app's own, whose events are not seen: one step in so long, while it is used. */
const htmlStepMs = 1_000;

export function createRouteWriter(options: RouteWriterOptions): RouteWriter {
  const { clock, isHtml, isReaderActive = browserSaysActive } = options;
  const window = createRateWindow(maxMoves, movesWindowMs, clock);
  let steppedAtMs = Number.NEGATIVE_INFINITY;
  return {
    admit(eventAtMs) {
      window.enter();
      const now = clock.now();
      if (!isHtml) return eventAtMs !== undefined && now - eventAtMs <= eventCountsMs;
      if (now - steppedAtMs < htmlStepMs || !isReaderActive()) return false;
      steppedAtMs = now;
      return true;
    },
  };
}

function browserSaysActive(): boolean {
  const { userActivation } = globalThis.navigator as { userActivation?: { isActive: boolean } };
  return userActivation?.isActive ?? false;
}
