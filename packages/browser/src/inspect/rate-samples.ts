/** Rates of sums that only grow: the mean of the last few looks at them. */
import type { Rates } from "./entries.ts";

interface Sums extends Rates {
  readonly at: number;
}

export interface RateSamples {
  note(sums: Sums): void;
  /** A second; zero before the second look. */
  rates(): Rates;
}

/** Six looks a second apart bound five seconds. */
const maxLooks = 6;

export function createRateSamples(): RateSamples {
  let looks: readonly Sums[] = [];
  return {
    note(sums) {
      looks = [...looks, sums].slice(-maxLooks);
    },
    rates() {
      const [first, last] = [looks[0], looks.at(-1)];
      const seconds = first === undefined || last === undefined ? 0 : (last.at - first.at) / 1_000;
      const rate = (name: keyof Rates): number =>
        seconds <= 0 ? 0 : ((last?.[name] ?? 0) - (first?.[name] ?? 0)) / seconds;
      return {
        fromApp: rate("fromApp"),
        toApp: rate("toApp"),
        bytes: rate("bytes"),
        mutations: rate("mutations"),
      };
    },
  };
}
