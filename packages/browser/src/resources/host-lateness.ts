/**
 * How late the page's own timers are: what a busy page or a starved machine does to all timers
 * alike, and no app is to be blamed for.
 */
import type { Clock } from "../clock.ts";

export interface HostLateness {
  /** Late time as a share of all time over the last ten seconds, in [0, 1]. */
  share(): number;
  close(): void;
}

/** The worker probes as often; see app-worker.worker.ts. */
const probeMs = 100;
const probesKept = 100;

export function openHostLateness(clock: Clock): HostLateness {
  let late: number[] = [];
  let lastAt = clock.now();
  const cancel = clock.every(probeMs, () => {
    const now = clock.now();
    // A page that slept or was frozen comes back hours late: one probe counts for one second.
    late.push(Math.min(1_000, Math.max(0, now - lastAt - probeMs)));
    if (late.length > probesKept) late = late.slice(1);
    lastAt = now;
  });
  return {
    share() {
      const lateMs = late.reduce((sum, ms) => sum + ms, 0);
      return late.length === 0 ? 0 : lateMs / (late.length * probeMs + lateMs);
    },
    close: cancel,
  };
}
