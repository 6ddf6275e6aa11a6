/** What happened to the requests, counted as they end. */
import type { Outcome } from "./call-app.ts";
import type { Installed } from "./install.ts";
import type { Kill } from "./kills.ts";
import { findFault } from "./kinds.ts";

/** How long after a kill a request may still fail of it: the pool's own grace is one second. */
const killWindowMs = 2_000;
const maxExamples = 10;

export interface Asked {
  readonly installed: Installed;
  readonly body: string;
  /** By `performance.now()`, like the kills. */
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface Ledger {
  readonly calm: {
    answered: number;
    /** Retryable refusals of requests that ran while a cell of their app was killed. */
    retryableAtKill: number;
    /** Answers that such a kill cut off after their head was sent. */
    brokenAtKill: number;
    /** Everything else that is not a whole, right answer. None is allowed. */
    failed: number;
    readonly latenciesMs: number[];
  };
  readonly failuresByCause: Map<string, number>;
  /** The first few failures in full. */
  readonly examples: string[];
  /** How hostile requests ended, by code. */
  readonly wild: Map<string, number>;
  addCalm(asked: Asked, outcome: Outcome): void;
  addWild(installed: Installed, outcome: Outcome): void;
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function wasAtKill({ installed, startedAt, endedAt }: Asked, kills: readonly Kill[]): boolean {
  return kills.some(
    ({ at, installation }) =>
      (installation === undefined || installation === installed.id) &&
      at <= endedAt &&
      at + killWindowMs >= startedAt,
  );
}

export function createLedger(kills: readonly Kill[]): Ledger {
  const calm = { answered: 0, retryableAtKill: 0, brokenAtKill: 0, failed: 0, latenciesMs: [] };
  const failuresByCause = new Map<string, number>();
  const examples: string[] = [];
  const wild = new Map<string, number>();
  const ledger: Ledger = {
    calm,
    failuresByCause,
    examples,
    wild,
    addCalm(asked, outcome) {
      const cause = findCause(asked, outcome);
      if (cause === undefined) {
        ledger.calm.answered += 1;
        ledger.calm.latenciesMs.push(asked.endedAt - asked.startedAt);
        return;
      }
      const isAtKill = wasAtKill(asked, kills);
      if (isAtKill && outcome.type === "refused" && outcome.isRetryable) {
        ledger.calm.retryableAtKill += 1;
      } else if (isAtKill && outcome.type === "broken") ledger.calm.brokenAtKill += 1;
      else {
        ledger.calm.failed += 1;
        const { kind, id } = asked.installed;
        const tookMs = Math.round(asked.endedAt - asked.startedAt);
        count(failuresByCause, cause);
        if (examples.length < maxExamples) {
          examples.push(`${kind.name} ${id} after ${tookMs} ms: ${cause}`);
        }
      }
    },
    addWild({ kind }, outcome) {
      const end = outcome.type === "refused" ? outcome.code : outcome.type;
      count(wild, `${kind.name}: ${end}`);
    },
  };
  return ledger;
}

/** What is wrong with the outcome; undefined when it is a whole and right answer. */
function findCause({ installed, body }: Asked, outcome: Outcome): string | undefined {
  if (outcome.type === "broken") return `connection broke: ${outcome.message}`;
  if (outcome.type === "refused") return `${outcome.code}: ${outcome.message}`;
  if (outcome.status !== 200) return `status ${outcome.status}: ${outcome.text.slice(0, 200)}`;
  const fault = findFault(outcome.text, { installation: installed.id, body });
  return fault === undefined ? undefined : `the answer ${fault}`;
}
