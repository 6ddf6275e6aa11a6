/**
 * How each endpoint answers: how often, how well, how quickly. An endpoint is a method and a path
 * whose parameters are folded (`GET /api/orders/:id`), so that a view that counts up does not fill
 * the page: beyond the bound, all others are one row.
 */
import type { Clock } from "../clock.ts";

export interface EndpointFigures {
  /** Such as `GET /api/orders/:id`; `*` for all beyond the bound. */
  readonly endpoint: string;
  /** Calls that went out and came back, or failed. */
  readonly count: number;
  /** Of those, the part with an answer below 400; null before the first. */
  readonly successRate: number | null;
  /** Milliseconds of the latest 200, retries and waits included; null before the first. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  /** Answers from the cache, which count nowhere else. */
  readonly cachedCount: number;
}

export interface EndpointMeter {
  /** Runs a call and keeps its time. A call that its own caller gave up counts nowhere. */
  time<Answer extends { readonly status: number }>(
    endpoint: string,
    call: () => Promise<Answer>,
    signal: AbortSignal | undefined,
  ): Promise<Answer>;
  cached(endpoint: string): void;
  /** The busiest first. */
  figures(): readonly EndpointFigures[];
}

interface Row {
  count: number;
  succeeded: number;
  cached: number;
  durationsMs: number[];
}

const maxEndpoints = 100;
const maxDurations = 200;
const others = "*";

export function createEndpointMeter(clock: Clock): EndpointMeter {
  const rows = new Map<string, Row>();

  function rowOf(endpoint: string): Row {
    const name = rows.has(endpoint) || rows.size < maxEndpoints ? endpoint : others;
    const row = rows.get(name) ?? { count: 0, succeeded: 0, cached: 0, durationsMs: [] };
    rows.set(name, row);
    return row;
  }

  function note(endpoint: string, startedAt: number, isSuccess: boolean): void {
    const row = rowOf(endpoint);
    row.count += 1;
    row.succeeded += isSuccess ? 1 : 0;
    row.durationsMs.push(clock.now() - startedAt);
    if (row.durationsMs.length > maxDurations) row.durationsMs.shift();
  }

  return {
    async time(endpoint, call, signal) {
      const startedAt = clock.now();
      try {
        const answer = await call();
        note(endpoint, startedAt, answer.status < 400);
        return answer;
      } catch (error) {
        if (signal?.aborted !== true) note(endpoint, startedAt, false);
        throw error;
      }
    },
    cached(endpoint) {
      rowOf(endpoint).cached += 1;
    },
    figures() {
      return [...rows]
        .map(([endpoint, { count, succeeded, cached, durationsMs }]): EndpointFigures => {
          const sorted = durationsMs.toSorted((a, b) => a - b);
          return {
            endpoint,
            count,
            successRate: count === 0 ? null : succeeded / count,
            p50Ms: percentile(sorted, 0.5),
            p95Ms: percentile(sorted, 0.95),
            cachedCount: cached,
          };
        })
        .sort((a, b) => b.count + b.cachedCount - (a.count + a.cachedCount));
    },
  };
}

/** Nearest rank. */
function percentile(sorted: readonly number[], part: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? null;
}

const maxSegments = 8;
const maxNameLength = 120;
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** @param path - as decided on: normalized, without query */
export function endpointOf(method: string, path: string): string {
  const segments = path.split("/").slice(1);
  const folded = segments.slice(0, maxSegments).map((part) => (isParameter(part) ? ":id" : part));
  const rest = segments.length > maxSegments ? "/…" : "";
  return `${method} /${folded.join("/")}${rest}`.slice(0, maxNameLength);
}

/** Numbers, UUIDs, anything long with a digit in it, and what is too long for a name. */
function isParameter(part: string): boolean {
  if (/^\d+$/.test(part) || uuid.test(part) || part.length > 40) return true;
  return part.length >= 8 && /\d/.test(part);
}
