/**
 * How many publications go on at once.
 *
 * Receiving is bounded for each publisher and in all, since a slow sender may take its time; checking,
 * which holds a whole package in memory, is done by few at a time in turn.
 */
import { BerthError } from "@berth/protocol";

const maxReceiving = 16;
const maxReceivingOfPublisher = 4;
const maxChecking = 2;

export interface Admission {
  /** @throws UNAVAILABLE, RATE_LIMITED when as many are being received as are allowed */
  receiving<Result>(publisherId: string, task: () => Promise<Result>): Promise<Result>;
  /** Waits for its turn. */
  checking<Result>(task: () => Promise<Result>): Promise<Result>;
}

export function createAdmission(): Admission {
  const receiving = new Map<string, number>();
  const waiting: (() => void)[] = [];
  let isReceiving = 0;
  let isChecking = 0;

  return {
    async receiving(publisherId, task) {
      const ofPublisher = receiving.get(publisherId) ?? 0;
      if (ofPublisher >= maxReceivingOfPublisher) {
        throw new BerthError(
          "RATE_LIMITED",
          `${ofPublisher} releases of this publisher are being sent right now; wait for one to end.`,
        );
      }
      if (isReceiving >= maxReceiving) {
        throw new BerthError(
          "UNAVAILABLE",
          `${maxReceiving} releases are being sent right now; try again in a moment.`,
        );
      }
      isReceiving += 1;
      receiving.set(publisherId, ofPublisher + 1);
      try {
        return await task();
      } finally {
        isReceiving -= 1;
        const left = (receiving.get(publisherId) ?? 1) - 1;
        if (left === 0) receiving.delete(publisherId);
        else receiving.set(publisherId, left);
      }
    },
    async checking(task) {
      if (isChecking >= maxChecking) await new Promise<void>((start) => waiting.push(start));
      else isChecking += 1;
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next === undefined) isChecking -= 1;
        else next();
      }
    },
  };
}
