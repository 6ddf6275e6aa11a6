/**
 * Answers to reads, kept for as long as their `cache-control` says, and afterwards for asking by
 * `etag` whether they still hold. One app instance's own: what another instance, another member or
 * another set of grants was answered is never here.
 *
 * Invariant: an answer is found only under the very request that it answered: its whole address,
 * every header that the view sent, and the grants in force then.
 */
import type { ViewFetchAnswer } from "@berth/protocol";
import type { Clock } from "../clock.ts";

export interface CachedAnswer {
  readonly answer: ViewFetchAnswer;
  readonly etag: string | undefined;
  readonly isFresh: boolean;
}

export interface ReadCache {
  find(key: string): CachedAnswer | undefined;
  /** Keeps an answer, where its headers allow it; else forgets the one before. */
  keep(key: string, answer: ViewFetchAnswer, headers: Headers): void;
  /** A 304 to the entry's etag: fresh again, by the new headers. @returns the kept answer */
  refresh(key: string, headers: Headers): ViewFetchAnswer | undefined;
  /** Something was written: nothing counts as fresh any more. */
  expireAll(): void;
  clear(): void;
}

export interface ReadCacheOptions {
  readonly clock: Clock;
  readonly maxEntries: number;
  /** Characters of all kept bodies and their keys together. */
  readonly maxLength: number;
  /** For an answer without any `cache-control`. Default 0: never fresh. */
  readonly assumedFreshMs?: number;
}

interface Entry {
  answer: ViewFetchAnswer;
  etag: string | undefined;
  freshUntil: number;
}

/** A year: what lies beyond is no use and might not be a number. */
const maxAgeCapSeconds = 31_536_000;

export function createReadCache(options: ReadCacheOptions): ReadCache {
  const { clock, maxEntries, maxLength, assumedFreshMs = 0 } = options;
  const entries = new Map<string, Entry>();
  let length = 0;

  function drop(key: string): void {
    const entry = entries.get(key);
    if (entry !== undefined) length -= weigh(key, entry.answer);
    entries.delete(key);
  }

  return {
    find(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      // Last in the order, so that what is used stays.
      entries.delete(key);
      entries.set(key, entry);
      const { answer, etag, freshUntil } = entry;
      return { answer, etag, isFresh: clock.now() < freshUntil };
    },
    keep(key, answer, headers) {
      drop(key);
      const lifetimeMs = freshnessMs(headers, assumedFreshMs);
      const etag = headers.get("etag") ?? undefined;
      const isUseful = lifetimeMs > 0 || (lifetimeMs === 0 && etag !== undefined);
      if (answer.status !== 200 || !isUseful || weigh(key, answer) > maxLength) return;
      entries.set(key, { answer, etag, freshUntil: clock.now() + lifetimeMs });
      length += weigh(key, answer);
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries && length <= maxLength) break;
        drop(oldest);
      }
    },
    refresh(key, headers) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      const lifetimeMs = freshnessMs(headers, assumedFreshMs);
      if (lifetimeMs < 0) drop(key);
      else entry.freshUntil = clock.now() + lifetimeMs;
      return entry.answer;
    },
    expireAll() {
      for (const entry of entries.values()) entry.freshUntil = Number.NEGATIVE_INFINITY;
    },
    clear() {
      entries.clear();
      length = 0;
    },
  };
}

/** The key too: a view may send headers of any length. */
function weigh(key: string, answer: ViewFetchAnswer): number {
  return key.length + answer.body.length;
}

/**
 * How long an answer may be used unasked, by RFC 9111 as a private cache; negative where it may not
 * be kept at all. Without `max-age` it is never fresh: nothing is guessed from dates.
 *
 * @param assumedMs - for an answer that has no `cache-control`
 */
export function freshnessMs(headers: Headers, assumedMs = 0): number {
  const said = headers.get("cache-control");
  if (said === null && headers.get("vary")?.trim() !== "*") return assumedMs;
  const directives = (said ?? "")
    .toLowerCase()
    .split(",")
    .map((each) => each.trim());
  if (directives.includes("no-store") || headers.get("vary")?.trim() === "*") return -1;
  if (directives.some((each) => each === "no-cache" || each.startsWith("no-cache="))) return 0;
  const maxAge = directives.find((each) => each.startsWith("max-age="))?.slice("max-age=".length);
  const seconds = Number(maxAge?.replaceAll('"', "") || Number.NaN);
  if (!Number.isFinite(seconds) || seconds < 0) return 0;
  const age = Number(headers.get("age") ?? 0);
  const left = Math.min(seconds, maxAgeCapSeconds) - (Number.isFinite(age) ? Math.max(0, age) : 0);
  return Math.max(0, left) * 1000;
}
