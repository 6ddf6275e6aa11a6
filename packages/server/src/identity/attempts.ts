/**
 * Counts failed proofs of identity in windows of time and refuses further ones over a bound.
 *
 * In memory, so per node. Invariant: it holds at most `maxKeys` windows, whatever is tried.
 */
import { BerthError } from "@berth/protocol";
import type { Clock } from "../storage/ground.ts";

export interface AttemptBound {
  readonly max: number;
  readonly windowMs: number;
}

export interface Attempts {
  /**
   * Counts an attempt as failed before it is made, so that many at once do not slip through.
   *
   * @throws RATE_LIMITED, `details.retryAfterSeconds`, when a key is at its bound
   */
  begin(keys: Readonly<Record<string, AttemptBound>>): void;
  /** The attempt succeeded: it does not count. */
  forgive(keys: Readonly<Record<string, AttemptBound>>): void;
}

interface Window {
  readonly endsAt: number;
  count: number;
}

const maxKeys = 50_000;

export function createAttempts(clock: Clock): Attempts {
  const windows = new Map<string, Window>();
  const find = (key: string): Window | undefined => {
    const window = windows.get(key);
    if (window === undefined || window.endsAt > clock.now()) return window;
    windows.delete(key);
    return undefined;
  };
  return {
    begin(keys) {
      for (const [key, bound] of Object.entries(keys)) {
        const window = find(key);
        if (window === undefined || window.count < bound.max) continue;
        const retryAfterSeconds = Math.max(1, Math.ceil((window.endsAt - clock.now()) / 1_000));
        throw new BerthError(
          "RATE_LIMITED",
          `There were too many failed attempts; try again in ${retryAfterSeconds} s.`,
          { details: { retryAfterSeconds } },
        );
      }
      for (const [key, bound] of Object.entries(keys)) {
        const window = find(key);
        if (window !== undefined) {
          window.count += 1;
          continue;
        }
        const oldest = windows.size >= maxKeys ? windows.keys().next().value : undefined;
        if (oldest !== undefined) windows.delete(oldest);
        windows.set(key, { count: 1, endsAt: clock.now() + bound.windowMs });
      }
    },
    forgive(keys) {
      for (const key of Object.keys(keys)) {
        const window = find(key);
        if (window !== undefined) window.count -= 1;
      }
    },
  };
}
