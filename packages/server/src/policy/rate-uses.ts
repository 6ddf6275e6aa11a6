/**
 * When each grant with a rate was used, in memory of this node: what the condition `rate` counts.
 *
 * Exact: so many within any window, and not by the clock's minutes. A restart forgets.
 */
import type { Clock } from "../storage/ground.ts";

export interface RateUses {
  /** Uses within the last `windowMs`. */
  count(grantId: string, windowMs: number): number;
  /** Notes a use of a grant that was counted before; of any other, nothing. */
  note(grantId: string): void;
  /** Milliseconds until fewer than `maxCalls` lie within the window; 0 when that is so now. */
  waitMs(grantId: string, rate: { readonly maxCalls: number; readonly windowMs: number }): number;
  /** Grants that are held in memory. */
  size(): number;
}

/** As many as the condition's schema lets anyone allow. */
const maxStamps = 10_000;
const sweepEveryMs = 60_000;

interface Uses {
  /** The oldest first, from `first` on. */
  stamps: number[];
  first: number;
  windowMs: number;
}

export function createRateUses(clock: Clock): RateUses {
  const all = new Map<string, Uses>();
  let nextSweepAt = clock.now() + sweepEveryMs;

  /** Forgets what has left the window. Each stamp is moved over once, so a use costs the same however many there were. */
  function settle(uses: Uses, now: number): number {
    // The clock was set back: what lies ahead would count until it is there again.
    if ((uses.stamps.at(-1) ?? now) > now) {
      uses.stamps = uses.stamps.map((stamp) => Math.min(stamp, now));
    }
    while (
      uses.first < uses.stamps.length &&
      now - (uses.stamps[uses.first] ?? now) >= uses.windowMs
    )
      uses.first += 1;
    if (uses.first > 1_024 && uses.first * 2 > uses.stamps.length) {
      uses.stamps = uses.stamps.slice(uses.first);
      uses.first = 0;
    }
    return uses.stamps.length - uses.first;
  }

  function sweep(now: number): void {
    if (now < nextSweepAt) return;
    nextSweepAt = now + sweepEveryMs;
    for (const [grantId, uses] of all) if (settle(uses, now) === 0) all.delete(grantId);
  }

  function count(grantId: string, windowMs: number): number {
    const now = clock.now();
    sweep(now);
    const uses = all.get(grantId);
    if (uses === undefined) {
      all.set(grantId, { stamps: [], first: 0, windowMs });
      return 0;
    }
    uses.windowMs = windowMs;
    return settle(uses, now);
  }

  return {
    count,
    note(grantId) {
      const uses = all.get(grantId);
      if (uses === undefined) return;
      uses.stamps.push(clock.now());
      if (uses.stamps.length - uses.first > maxStamps) uses.first += 1;
    },
    waitMs(grantId, { maxCalls, windowMs }) {
      if (count(grantId, windowMs) < maxCalls) return 0;
      // The call that has to leave the window before there is room for one more.
      const leaving = all.get(grantId)?.stamps.at(-maxCalls) ?? 0;
      return Math.max(1, leaving + windowMs - clock.now());
    },
    size: () => all.size,
  };
}
