/**
 * Which isolates a cell runs, and what each has used of the limits that only the server's end of
 * `out.sock` can count.
 *
 * A fetch does not say for which request it is made, and a capability call may leave that out: such
 * a one is charged to the running request of that isolate with the most left, and where none runs
 * to the one that ended last. So all requests together never make more than their sum.
 * Trust: keys and handles come from a cell. An isolate can only spread its own use over its own
 * requests.
 * Invariant: what is kept is bounded by the isolates and by their running requests.
 */

import type { BerthError } from "@berth/protocol";
import { createLimitError } from "../limit-error.ts";
import { type CellLimits, defaultCellLimits } from "../spec.ts";
import type { IsolateRates, LogWindow, RateBook } from "./isolate-rates.ts";
import type { Pace } from "./token-bucket.ts";

/** Capability calls of one isolate under way in one cell; the host module in the cell knows it too. */
const maxCallsInFlight = 256;
/** Calls and fetches of one isolate under way, in all its cells. */
const maxOutgoing = 512;
/** Of one cell, shared out evenly among its isolates; out.sock takes somewhat more connections. */
const maxOutgoingOfCell = 512;

/** Requests that ended are remembered for what they left running by `waitUntil`. */
const maxEndedKept = 256;

interface Invocation {
  used: number;
}

interface Account {
  readonly limits: Required<CellLimits>;
  readonly running: Set<Invocation>;
  /** By handle, running or ended, in the order of their begin. */
  readonly byHandle: Map<string, Invocation>;
  /** Charged when nothing runs. */
  last: Invocation;
  readonly rates: IsolateRates;
  /** Under way in this cell. */
  readonly underWay: Record<OutgoingKind, number>;
}

export type OutgoingKind = "call" | "fetch";

function tooMany(limit: string, allowed: number): BerthError {
  const message = `The app has ${allowed} calls and fetches under way, which is all that it may; await some first.`;
  const met = { limit, enforcer: "gateway", allowed, retryAfterSeconds: 1 } as const;
  return createLimitError("RATE_LIMITED", message, met);
}

export class IsolateLedger {
  readonly #book: RateBook;
  readonly #accounts = new Map<string, Account>();

  /** @param book - of all cells of the driver */
  constructor(book: RateBook) {
    this.#book = book;
  }

  has(key: string): boolean {
    return this.#accounts.has(key);
  }

  /** @throws BerthError `SANDBOX_ISOLATES_EXCEEDED` */
  open(key: string, given: CellLimits): void {
    const limits = { ...defaultCellLimits, ...given };
    const known = [...this.#accounts.values()].map((account) => account.limits.maxIsolatesPerCell);
    const allowed = Math.min(limits.maxIsolatesPerCell, ...known);
    if (!this.#accounts.has(key) && this.#accounts.size >= allowed) {
      const message = `The cell runs ${this.#accounts.size} isolates, and ${allowed} may share one; this one needs another cell.`;
      const met = { limit: "isolates per cell", enforcer: "gateway", allowed } as const;
      throw createLimitError("SANDBOX_ISOLATES_EXCEEDED", message, met);
    }
    this.close(key);
    this.#accounts.set(key, {
      limits,
      running: new Set(),
      byHandle: new Map(),
      last: { used: 0 },
      rates: this.#book.hold(key, limits),
      underWay: { call: 0, fetch: 0 },
    });
  }

  close(key: string): void {
    if (this.#accounts.delete(key)) this.#book.letGo(key);
  }

  /** For the end of the cell. */
  closeAll(): void {
    for (const key of [...this.#accounts.keys()]) this.close(key);
  }

  logsOf(key: string): LogWindow | undefined {
    return this.#accounts.get(key)?.rates.logs;
  }

  limitsOf(key: string): Required<CellLimits> {
    return this.#accounts.get(key)?.limits ?? defaultCellLimits;
  }

  paceOf(key: string): Pace | undefined {
    return this.#accounts.get(key)?.rates.pace;
  }

  /** @returns ends it; to be called once the request is over */
  begin(key: string, handle: string): () => void {
    const account = this.#accounts.get(key);
    if (account === undefined) return () => undefined;
    const invocation = { used: 0 };
    account.running.add(invocation);
    account.byHandle.delete(handle);
    account.byHandle.set(handle, invocation);
    return () => {
      if (!account.running.delete(invocation)) return;
      account.last = invocation;
      this.#forgetOldest(account);
    };
  }

  #forgetOldest({ byHandle, running }: Account): void {
    if (byHandle.size - running.size <= maxEndedKept) return;
    for (const [handle, invocation] of byHandle) {
      if (running.has(invocation)) continue;
      byHandle.delete(handle);
      return;
    }
  }

  /** @returns why it may not; undefined when it may */
  takeSubrequest(key: string, handle: string | null): BerthError | undefined {
    const account = this.#accounts.get(key);
    if (account === undefined) return undefined;
    const invocation = this.#chargedOf(account, handle);
    const allowed = account.limits.maxSubrequests;
    if (invocation.used < allowed) {
      invocation.used += 1;
      return undefined;
    }
    const message = `The app made ${allowed} fetches and calls for one request, which is all it may; do more in another request, or batch them.`;
    const met = { limit: "sub-requests", enforcer: "gateway", allowed } as const;
    return createLimitError("SANDBOX_SUBREQUESTS_EXCEEDED", message, met);
  }

  /**
   * A place for one call or fetch, until `leave` is called.
   *
   * @returns why there is none, or how to leave it
   */
  enter(
    key: string,
    kind: OutgoingKind,
  ): { readonly error: BerthError } | { readonly leave: () => void } {
    const account = this.#accounts.get(key);
    if (account === undefined) return { leave: () => undefined };
    const { rates, underWay } = account;
    const share = Math.floor(maxOutgoingOfCell / this.#accounts.size);
    if (kind === "call" && underWay.call >= Math.min(maxCallsInFlight, share)) {
      return { error: tooMany("calls in flight", Math.min(maxCallsInFlight, share)) };
    }
    if (underWay.call + underWay.fetch >= share) {
      return { error: tooMany("outgoing connections of a cell", share) };
    }
    if (rates.outgoing >= maxOutgoing) {
      return { error: tooMany("outgoing connections", maxOutgoing) };
    }
    underWay[kind] += 1;
    rates.outgoing += 1;
    let isHeld = true;
    return {
      leave() {
        if (!isHeld) return;
        isHeld = false;
        underWay[kind] -= 1;
        rates.outgoing -= 1;
      },
    };
  }

  #chargedOf({ byHandle, running, last }: Account, handle: string | null): Invocation {
    const named = handle === null ? undefined : byHandle.get(handle);
    if (named !== undefined) return named;
    let most: Invocation | undefined;
    for (const each of running) if (most === undefined || each.used < most.used) most = each;
    return most ?? last;
  }

  /** @returns why it may not; undefined when it may */
  takeEgress(key: string): BerthError | undefined {
    const account = this.#accounts.get(key);
    if (account === undefined || account.rates.egress.take(1)) return undefined;
    const allowed = account.limits.egressRequestsPerSecond;
    const message = `The app fetches more than ${allowed} times a second; slow down.`;
    const met = { limit: "egress rate", enforcer: "gateway", allowed } as const;
    return createLimitError("RATE_LIMITED", message, { ...met, retryAfterSeconds: 1 });
  }
}
