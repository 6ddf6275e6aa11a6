/**
 * A well-behaved app's caller: asks without a pause worth the name while something else goes wrong,
 * and keeps account of every request that was not answered as it should be.
 */

/** Sets the rate of the stream; a tight loop would take from the attack the core that it needs. */
const everyMs = 20;

export interface VictimReport {
  readonly answered: number;
  /** What came in the place of an answer. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
}

export interface Victim {
  /** Resolves once a request has begun and was answered after this call. */
  answeredOnce(): Promise<void>;
  /** Waits for the request that is under way. */
  stop(): Promise<VictimReport>;
}

/** @param ask - one request; resolves with what was answered, whatever that is */
export function startVictim(ask: () => Promise<string>, expected: string): Victim {
  const failures: string[] = [];
  let waiting: (() => void)[] = [];
  let answered = 0;
  let slowestMs = 0;
  let isStopped = false;
  let wake: () => void = () => undefined;

  function rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function askOnce(): Promise<void> {
    const startedAt = performance.now();
    const told = waiting;
    waiting = [];
    const answer = await ask().catch((error: unknown) => `threw ${String(error)}`);
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    if (answer === expected) answered += 1;
    else failures.push(answer.slice(0, 200));
    for (const tell of told) tell();
  }

  async function run(): Promise<void> {
    while (!isStopped || waiting.length > 0) {
      await askOnce();
      if (!isStopped && waiting.length === 0) await rest();
    }
  }

  const running = run();
  return {
    answeredOnce() {
      const answer = new Promise<void>((resolve) => void waiting.push(resolve));
      wake();
      return answer;
    },
    async stop() {
      isStopped = true;
      wake();
      await running;
      return { answered, failures, slowestMs };
    },
  };
}
