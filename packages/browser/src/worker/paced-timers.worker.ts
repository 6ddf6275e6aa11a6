/**
 * Timers and animation frames that the host can slow down. While a pace is set, what is due waits
 * for the next turn and all of it runs then, an interval once; without one nothing changes.
 *
 * A courtesy to the page: the app runs in this realm and has other ways to be busy. What the host
 * enforces, it enforces on its own side of the port.
 */

type Run = () => void;

/** Puts the paced timers in place; returns how the pace is set, in milliseconds (see watchdog.ts). */
export function installPacedTimers(): (everyMs: number) => void {
  const scope = globalThis as unknown as Record<string, unknown>;
  const setTimer = setTimeout.bind(globalThis);
  const clearTimer = clearTimeout.bind(globalThis);
  const report = reportError.bind(globalThis);
  const now = performance.now.bind(performance);
  /** What is due and waits, by kind and number; in order. */
  const waiting = new Map<string, Run>();
  let paceMs = 0;
  let ranAt = 0;
  let turn: number | undefined;

  const runAll = (): void => {
    turn = undefined;
    ranAt = now();
    const due = [...waiting];
    for (const [key, run] of due) {
      // One before it may have taken it back.
      if (!waiting.delete(key)) continue;
      try {
        run();
      } catch (error) {
        report(error);
      }
    }
  };
  const planTurn = (): void => {
    if (turn !== undefined || waiting.size === 0 || paceMs === Number.POSITIVE_INFINITY) return;
    turn = setTimer(runAll, Math.max(0, ranAt + paceMs - now()));
  };
  const due = (key: string, run: Run): void => {
    if (paceMs === 0) {
      run();
      return;
    }
    waiting.set(key, run);
    planTurn();
  };

  const pace = (kind: string, setName: string, clearName: string): void => {
    const set = scope[setName];
    const clear = scope[clearName];
    if (typeof set !== "function" || typeof clear !== "function") return;
    scope[setName] = (callback: unknown, ...rest: unknown[]): unknown => {
      // Code from text is refused by whoever refuses it without us.
      if (typeof callback !== "function") return set.call(globalThis, callback, ...rest);
      const id: unknown = set.call(
        globalThis,
        (...given: unknown[]) => due(`${kind}${String(id)}`, () => callback(...given)),
        ...rest,
      );
      return id;
    };
    scope[clearName] = (id: unknown): void => {
      waiting.delete(`${kind}${String(id)}`);
      clear.call(globalThis, id);
    };
  };
  // Timeouts and intervals share their numbers, and may be cleared by either name.
  pace("timer ", "setTimeout", "clearTimeout");
  pace("timer ", "setInterval", "clearInterval");
  pace("frame ", "requestAnimationFrame", "cancelAnimationFrame");

  return (everyMs) => {
    paceMs = Math.max(0, everyMs);
    clearTimer(turn);
    turn = undefined;
    planTurn();
  };
}
