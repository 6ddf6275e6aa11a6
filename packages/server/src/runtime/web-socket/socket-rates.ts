/**
 * How much may go over the WebSockets of one installation in a second, both ways together.
 *
 * A member's sockets have half of it at most, so that none of them can take the others' part. Who is
 * over their own half is refused (1008), who only finds the whole used up may come back (1013).
 */
import { createLimitError } from "@berth/cells";
import type { BerthError, FunctionLimits } from "@berth/protocol";
import type { Clock } from "../../storage/ground.ts";
import type { Ending } from "./bridge.ts";

export type SocketRateLimits = Pick<
  FunctionLimits,
  "socketMessagesPerSecond" | "socketBytesPerSecond"
>;

export interface RateOverrun {
  readonly ending: Ending;
  readonly error: BerthError;
}

export interface SocketRates {
  /** @returns what one socket asks before it passes on; to be given back with `letGo` */
  hold(installationId: string, member: string, limits: SocketRateLimits): SocketRate;
}

export interface SocketRate extends Disposable {
  /** @returns why the socket must end; undefined when there is room */
  take(frames: number, bytes: number): RateOverrun | undefined;
}

const refillMs = 1_000;
const memberShare = 0.5;

interface Bucket {
  users: number;
  used: { frames: number; bytes: number };
  refilledAt: number;
}

const kinds = [
  { unit: "frames", limit: "socket messages", field: "socketMessagesPerSecond" },
  { unit: "bytes", limit: "socket bytes", field: "socketBytesPerSecond" },
] as const;

export function createSocketRates(clock: Clock): SocketRates {
  const buckets = new Map<string, Bucket>();

  function holdBucket(key: string): Bucket {
    const bucket = buckets.get(key) ?? {
      users: 0,
      used: { frames: 0, bytes: 0 },
      refilledAt: clock.now(),
    };
    bucket.users += 1;
    buckets.set(key, bucket);
    return bucket;
  }

  function letGo(key: string, bucket: Bucket): void {
    bucket.users -= 1;
    // What was used stays known for a second: who closes and opens again gains nothing by it.
    if (bucket.users === 0) setTimeout(() => forget(key, bucket), refillMs).unref();
  }

  function forget(key: string, bucket: Bucket): void {
    if (bucket.users === 0 && buckets.get(key) === bucket) buckets.delete(key);
  }

  function refill(bucket: Bucket, limits: SocketRateLimits, share: number): void {
    const now = clock.now();
    const passed = Math.max(0, now - bucket.refilledAt) / refillMs;
    bucket.refilledAt = now;
    for (const { unit, field } of kinds) {
      bucket.used[unit] = Math.max(0, bucket.used[unit] - limits[field] * share * passed);
    }
  }

  return {
    hold(installationId, member, limits) {
      const ownKey = JSON.stringify([installationId, member]);
      const own = holdBucket(ownKey);
      const all = holdBucket(installationId);
      let isHeld = true;
      return {
        take(frames, bytes) {
          const added = { frames, bytes };
          for (const [bucket, share] of [
            [own, memberShare],
            [all, 1],
          ] as const) {
            refill(bucket, limits, share);
            for (const { field, limit, unit } of kinds) {
              bucket.used[unit] += added[unit];
              if (bucket.used[unit] <= limits[field] * share) continue;
              return overrun({ limit, allowed: limits[field], isOwn: bucket === own });
            }
          }
          return undefined;
        },
        [Symbol.dispose]() {
          if (!isHeld) return;
          isHeld = false;
          letGo(ownKey, own);
          letGo(installationId, all);
        },
      };
    },
  };
}

function overrun(input: {
  readonly limit: string;
  readonly allowed: number;
  readonly isOwn: boolean;
}): RateOverrun {
  const { limit, allowed, isOwn } = input;
  const whose = isOwn ? "One member's WebSockets may take half of" : "The app's WebSockets have";
  const message = `${whose} ${allowed} ${limit.replace("socket ", "")} a second; more was sent.`;
  const met = { limit, enforcer: "gateway", allowed, retryAfterSeconds: 1 } as const;
  const error = createLimitError("RATE_LIMITED", message, met);
  const reason = `RATE_LIMITED: ${limit}, ${allowed} a second`;
  return { error, ending: { code: isOwn ? 1008 : 1013, reason } };
}
