/** Random numbers that a seed repeats, so that a failed soak can be run again. */

export interface Random {
  /** From 0 to 1, without 1. */
  next(): number;
  /** From `low` to `high`. */
  between(low: number, high: number): number;
  /** @throws RangeError when there is nothing to pick */
  pick<T>(from: readonly T[]): T;
}

/** mulberry32, by Tommy Ettinger: 32 bits of state, good enough to choose by. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    pick(from) {
      const picked = from[Math.floor(next() * from.length)];
      if (picked === undefined) throw new RangeError("There is nothing to pick from.");
      return picked;
    },
  };
}
