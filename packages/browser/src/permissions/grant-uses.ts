/** When each grant with a rate was used: what the `rate` condition counts. */
import type { Clock } from "../clock.ts";

/** As many as the condition's schema lets anyone allow. */
const maxKept = 10_000;

export interface GrantUses {
  /** Notes a use. */
  add(grantId: string): void;
  /** Uses within the last `windowMs`; what is older is forgotten. */
  count(grantId: string, windowMs: number): number;
  /** Milliseconds until fewer than `maxCalls` lie within the window; 0 when that is so now. */
  waitMs(grantId: string, maxCalls: number, windowMs: number): number;
  forget(grantId: string): void;
}

export function createGrantUses(clock: Clock): GrantUses {
  const uses = new Map<string, number[]>();

  /** The oldest first. In place, so that a use costs the same however many there were. */
  function within(grantId: string, windowMs: number): readonly number[] {
    const stamps = uses.get(grantId) ?? [];
    const now = clock.now();
    const firstKept = stamps.findIndex((at) => now - at < windowMs);
    stamps.splice(0, firstKept === -1 ? stamps.length : firstKept);
    return stamps;
  }

  return {
    add(grantId) {
      const stamps = uses.get(grantId) ?? [];
      uses.set(grantId, stamps);
      stamps.push(clock.now());
      if (stamps.length > maxKept) stamps.shift();
    },
    count: (grantId, windowMs) => within(grantId, windowMs).length,
    waitMs(grantId, maxCalls, windowMs) {
      // The call that has to leave the window before there is room for one more.
      const leaving = within(grantId, windowMs).at(-maxCalls);
      return leaving === undefined ? 0 : Math.max(1, leaving + windowMs - clock.now());
    },
    forget(grantId) {
      uses.delete(grantId);
    },
  };
}
