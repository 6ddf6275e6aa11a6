/**
 * Identical reads at the same time share one request. Each of those who wait can leave; the request
 * is given up when the last has.
 */
export interface SharedReads<Result> {
  /** Whether a read of that key is under way. */
  has(key: string): boolean;
  run(
    key: string,
    work: (signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result>;
}

interface Flight<Result> {
  readonly result: Promise<Result>;
  readonly giveUp: AbortController;
  waiting: number;
}

export function createSharedReads<Result>(): SharedReads<Result> {
  const flights = new Map<string, Flight<Result>>();

  function begin(key: string, work: (signal: AbortSignal) => Promise<Result>): Flight<Result> {
    const giveUp = new AbortController();
    const flight: Flight<Result> = { result: work(giveUp.signal), giveUp, waiting: 0 };
    flights.set(key, flight);
    const land = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    flight.result.then(land, land);
    return flight;
  }

  return {
    has: (key) => flights.has(key),
    async run(key, work, signal) {
      signal?.throwIfAborted();
      const flight = flights.get(key) ?? begin(key, work);
      flight.waiting += 1;
      const left = Promise.withResolvers<never>();
      const leave = (): void => left.reject(signal?.reason);
      signal?.addEventListener("abort", leave, { once: true });
      try {
        return await Promise.race([flight.result, left.promise]);
      } finally {
        signal?.removeEventListener("abort", leave);
        flight.waiting -= 1;
        if (flight.waiting === 0) {
          // Whoever comes now begins anew: this one is over, or is being given up.
          if (flights.get(key) === flight) flights.delete(key);
          flight.giveUp.abort(signal?.reason);
        }
      }
    },
  };
}
