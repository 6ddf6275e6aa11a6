/**
 * A part that is made once it is wanted, its code being fetched for that. What wants it meanwhile
 * waits, in order. A fetch that fails is told to those who waited, and made again for the next.
 */
import { BerthError, isBerthError } from "@berth/protocol";

export interface Lazy<Part> {
  /** @throws BerthError UNAVAILABLE when its code cannot be fetched */
  get(): Promise<Part>;
  /** Begins without waiting. A failure is told to whoever gets it. */
  begin(): void;
  /** What is there now. */
  readonly current: Part | undefined;
  /** Does it now, or once what has begun is there; not at all where nothing has. */
  ifBegun(work: (part: Part) => void): void;
}

export function createLazy<Part>(make: () => Promise<Part>): Lazy<Part> {
  let making: Promise<Part> | undefined;
  let current: Part | undefined;
  const get = (): Promise<Part> => {
    making ??= fetched(make).then(
      (part) => {
        current = part;
        return part;
      },
      (error: unknown) => {
        making = undefined;
        throw error;
      },
    );
    return making;
  };
  return {
    get,
    begin() {
      get().catch(() => {
        // Whoever gets it next hears of it, or finds that it can be fetched now.
      });
    },
    get current() {
      return current;
    },
    ifBegun(work) {
      if (current !== undefined) work(current);
      else making?.then(work, () => {});
    },
  };
}

/** @throws BerthError UNAVAILABLE, and what `make` says itself */
export async function fetched<Part>(make: () => Promise<Part>): Promise<Part> {
  try {
    return await make();
  } catch (cause) {
    if (isBerthError(cause)) throw cause;
    throw new BerthError(
      "UNAVAILABLE",
      "A part of the browser runtime could not be fetched; are the files of the page's build still where they were?",
      { cause },
    );
  }
}
