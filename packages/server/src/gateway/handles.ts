/**
 * Invocation handles: on whose behalf an app acts while it serves one call.
 *
 * A handle is 128 random bits, valid for one isolate key, until its deadline or until a grace after
 * its answer ended, whichever comes first. The grace is for work that the app keeps alive by
 * `waitUntil`.
 * Trust: the text that comes back from a cell may be anything, another app's handle included.
 * Invariant: a handle is never accepted from another isolate key than it was made for.
 */
import { BerthError } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";
import type { Purpose } from "../policy/decide.ts";
import type { Subject } from "../policy/ports.ts";
import type { Ground } from "../storage/ground.ts";

export interface Invocation {
  readonly live: LiveInstallation;
  readonly isolateKey: string;
  /** The member's pseudonym; null when nobody is signed in. */
  readonly member: string | null;
  readonly requestId: string;
  readonly purpose: Purpose;
  /** Null when the app acts as the installation itself. */
  readonly subject: Subject | null;
}

export interface Handles {
  /** The handle of a new invocation. */
  mint(invocation: Invocation): string;
  /** The answer ended: what remains is the grace. Releasing twice does nothing more. */
  release(handle: string): void;
  /** @throws HANDLE_INVALID */
  check(handle: string, isolateKey: string): Invocation;
  /** The invocation of a hook that runs in the isolate, if one does. */
  findHook(isolateKey: string): Invocation | undefined;
  /** How many are held in memory. */
  size(): number;
}

export interface HandleOptions {
  readonly ground: Pick<Ground, "clock" | "random">;
  /** The longest that one invocation may act, a stream's whole life included. */
  readonly maxAgeMs: number;
  readonly graceMs: number;
}

interface Held {
  readonly invocation: Invocation;
  endsAt: number;
  isReleased: boolean;
}

const handleBytes = 16;
const poolBytes = handleBytes * 256;

export function createHandles({ ground, maxAgeMs, graceMs }: HandleOptions): Handles {
  const { clock } = ground;
  const held = new Map<string, Held>();
  const hooks = new Map<string, Set<Invocation>>();
  /** In the order of their release, which is also the order in which their grace ends. */
  let released: { readonly handle: string; readonly endsAt: number }[] = [];
  let swept = 0;
  let pool = Buffer.alloc(0);
  let used = 0;

  function nextHandle(): string {
    if (used === pool.length) {
      pool = Buffer.from(ground.random(poolBytes));
      used = 0;
    }
    used += handleBytes;
    return pool.toString("hex", used - handleBytes, used);
  }

  function sweep(now: number): void {
    for (;;) {
      const oldest = released[swept];
      if (oldest === undefined || oldest.endsAt > now) break;
      held.delete(oldest.handle);
      swept += 1;
    }
    if (swept > 1_024 && swept * 2 > released.length) {
      released = released.slice(swept);
      swept = 0;
    }
  }

  function invalid(why: string): BerthError {
    return new BerthError(
      "HANDLE_INVALID",
      `The invocation handle ${why}; use the env and ctx of the call that is being served.`,
    );
  }

  return {
    mint(invocation) {
      const now = clock.now();
      sweep(now);
      const handle = nextHandle();
      held.set(handle, { invocation, endsAt: now + maxAgeMs, isReleased: false });
      if (invocation.purpose === "hook") {
        const running = hooks.get(invocation.isolateKey);
        if (running === undefined) hooks.set(invocation.isolateKey, new Set([invocation]));
        else running.add(invocation);
      }
      return handle;
    },
    release(handle) {
      const entry = held.get(handle);
      if (entry === undefined || entry.isReleased) return;
      const endsAt = clock.now() + graceMs;
      entry.isReleased = true;
      entry.endsAt = Math.min(entry.endsAt, endsAt);
      released.push({ handle, endsAt });
      const { isolateKey } = entry.invocation;
      const running = hooks.get(isolateKey);
      running?.delete(entry.invocation);
      if (running?.size === 0) hooks.delete(isolateKey);
    },
    check(handle, isolateKey) {
      const entry = held.get(handle);
      if (entry === undefined) throw invalid("is unknown or its call ended");
      if (entry.endsAt <= clock.now()) throw invalid("has expired");
      if (entry.invocation.isolateKey !== isolateKey) throw invalid("belongs to another app");
      return entry.invocation;
    },
    findHook: (isolateKey) => hooks.get(isolateKey)?.values().next().value,
    size: () => held.size,
  };
}
