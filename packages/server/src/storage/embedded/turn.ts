/** One holder at a time, first come first served. */
import { BerthError } from "@berth/protocol";

export interface Turns {
  /** @throws UNAVAILABLE when the turn does not come within the wait */
  take(): Promise<void>;
  /** Ends the holder's turn. */
  give(): void;
}

export function createTurns(maxWaitMs: number): Turns {
  const waiting: { readonly start: () => void; readonly timer: NodeJS.Timeout }[] = [];
  let isTaken = false;
  return {
    take() {
      if (!isTaken) {
        isTaken = true;
        return Promise.resolve();
      }
      const turn = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        const at = waiting.findIndex((entry) => entry.timer === timer);
        if (at >= 0) waiting.splice(at, 1);
        turn.reject(
          new BerthError(
            "UNAVAILABLE",
            `The embedded database was held by one transaction for ${maxWaitMs / 1_000} s; is it awaiting a query outside itself?`,
          ),
        );
      }, maxWaitMs);
      waiting.push({ start: turn.resolve, timer });
      return turn.promise;
    },
    give() {
      const next = waiting.shift();
      if (next === undefined) {
        isTaken = false;
        return;
      }
      clearTimeout(next.timer);
      next.start();
    },
  };
}
