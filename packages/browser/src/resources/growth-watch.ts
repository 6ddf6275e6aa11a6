/**
 * Tells steady growth from coming and going: of every ten seconds only the lowest value counts,
 * and six such lows that only rise are a leak's picture. A view that clears away now and then
 * falls back between, and is not named.
 */
export interface Growth {
  readonly from: number;
  readonly to: number;
  readonly overMs: number;
}

export interface GrowthWatch {
  /** Notes a value; tells when it has grown steadily, and again each time it has doubled since. */
  note(value: number, now: number): Growth | undefined;
}

const spanMs = 10_000;
const spans = 6;
const leastGrowth = 100;
/** Of the value at the beginning. */
const leastShare = 0.2;

export function createGrowthWatch(): GrowthWatch {
  let lows: { readonly at: number; low: number }[] = [];
  let told = 0;
  return {
    note(value, now) {
      const current = lows.at(-1);
      if (current !== undefined && now - current.at < spanMs) {
        current.low = Math.min(current.low, value);
        return undefined;
      }
      const closed = lows;
      lows = [...closed.slice(-(spans - 1)), { at: now, low: value }];
      const [first, last] = [closed[0], closed.at(-1)];
      if (closed.length < spans || first === undefined || last === undefined) return undefined;
      const isRising = closed.every(({ low }, index) => low > (closed[index - 1]?.low ?? -1));
      const grown = last.low - first.low;
      const isMuch = grown >= leastGrowth && grown >= first.low * leastShare;
      if (!isRising || !isMuch || last.low < told * 2) return undefined;
      told = last.low;
      return { from: first.low, to: last.low, overMs: now - first.at };
    },
  };
}
