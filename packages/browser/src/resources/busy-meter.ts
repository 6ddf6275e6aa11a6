/**
 * How busy a worker is, from how late its own timers are. Browsers tell no processor time of a
 * worker; a timer that comes late says that the thread was doing something else.
 *
 * Misses work in pieces shorter than the worker's probe, and takes a starved machine for a busy
 * worker, which is why the page's own lateness over the same time is taken off.
 */
import type { Clock } from "../clock.ts";
import { estimated, type Reading, unavailable } from "./reading.ts";

export interface Beat {
  /** By how much the worker's timers were late since the beat before, together. */
  readonly lateMs: number;
  /** By the page's clock, since the beat before. */
  readonly elapsedMs: number;
}

export interface BusyMeter {
  note(beat: Beat): void;
  /** Of all beats since the beginning. */
  readonly totals: { readonly lateMs: number; readonly observedMs: number };
  /** Percent of one core over the last ten seconds. @param hostLateShare - of the page, in [0, 1] */
  reading(hostLateShare: number): Reading;
}

const windowMs = 10_000;
/** Less says nothing: starting an app is a burst. */
const minObservedMs = 5_000;
const basis = "how late the worker's own timers were, less how late the page's were";

export function createBusyMeter(clock: Clock): BusyMeter {
  let totals = { lateMs: 0, observedMs: 0 };
  let beats: (Beat & { readonly at: number })[] = [];
  return {
    get totals() {
      return totals;
    },
    note(beat) {
      totals = {
        lateMs: totals.lateMs + beat.lateMs,
        observedMs: totals.observedMs + beat.elapsedMs,
      };
      beats.push({ ...beat, at: clock.now() });
      if (beats.length > 200) beats = beats.slice(-100);
    },
    reading(hostLateShare) {
      const since = clock.now() - windowMs;
      beats = beats.filter(({ at }) => at > since);
      const observedMs = beats.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
      if (observedMs < minObservedMs)
        return unavailable("percent", "too few heartbeats in the last ten seconds");
      const lateMs = beats.reduce((sum, beat) => sum + beat.lateMs, 0);
      const share = Math.max(0, Math.min(1, lateMs / observedMs) - hostLateShare);
      return estimated(Math.round(share * 100), "percent", basis);
    },
  };
}
