/**
 * A few tasks at once, the rest in turn: owners take turns with each other, so that one who asks for
 * much waits for themselves and not others for them.
 */
import { BerthError } from "@berth/protocol";

/** @throws RATE_LIMITED when too many tasks of the owner wait */
export type FairTurns = <Result>(owner: string, task: () => Promise<Result>) => Promise<Result>;

export function createFairTurns(bounds: {
  readonly maxAtOnce: number;
  readonly maxWaitingOfOwner: number;
}): FairTurns {
  /** In the order in which owners come next. */
  const waiting = new Map<string, (() => void)[]>();
  let running = 0;

  function waitForTurn(owner: string): Promise<void> {
    const own = waiting.get(owner) ?? [];
    if (own.length >= bounds.maxWaitingOfOwner) {
      throw new BerthError(
        "RATE_LIMITED",
        `${own.length} checks of this organization wait already; try again when they are done.`,
        { details: { retryAfterSeconds: 5 } },
      );
    }
    waiting.set(owner, own);
    return new Promise((start) => own.push(start));
  }

  function startNext(): void {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    const [owner, own] = next;
    const start = own.shift();
    waiting.delete(owner);
    if (own.length > 0) waiting.set(owner, own);
    start?.();
  }

  return async (owner, task) => {
    if (running >= bounds.maxAtOnce) await waitForTurn(owner);
    else running += 1;
    try {
      return await task();
    } finally {
      startNext();
    }
  };
}
