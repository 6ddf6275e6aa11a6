/**
 * Slows what a view says without losing any of it: messages beyond the pace wait in a bounded
 * queue, in order. A view that fills the queue is ended by whoever owns the pacer.
 *
 * Owns the queue. Does not look into messages; whoever delivers them says what they cost.
 */
import type { Clock } from "../clock.ts";

export interface DeliveryPace {
  /** Zero holds everything back. */
  readonly messagesPerSecond: number;
  readonly mutationsPerSecond: number;
}

export interface Pacer {
  /** Undefined: no pace, once what waits has been let through at the pace of `drain`. */
  setPace(pace: DeliveryPace | undefined): void;
  /** Delivers now, or keeps for later. */
  take(text: string): void;
  /** A delivered message turned out to hold this many mutations: what follows waits for them. */
  charge(mutations: number): void;
  readonly waiting: number;
  close(): void;
}

export interface PacerOptions {
  readonly clock: Clock;
  readonly maxMessages: number;
  /** Characters of all that waits. */
  readonly maxCharacters: number;
  readonly drain: DeliveryPace;
  readonly deliver: (text: string) => void;
  /** The queue is full; the message that found it so is not kept. */
  readonly onFull: () => void;
}

/** Released in one turn of the page at most. */
const batchSize = 32;
/** A pace may be used up in bursts of this much of a second. */
const burstSeconds = 0.25;
/** One huge batch keeps a view waiting for this long at most. */
const maxOwedSeconds = 5;

export function createPacer(options: PacerOptions): Pacer {
  const { clock } = options;
  let queue: string[] = [];
  let head = 0;
  let characters = 0;
  let pace: DeliveryPace | undefined;
  const messages = createAllowance(clock, options.drain.messagesPerSecond);
  const mutations = createAllowance(clock, options.drain.mutationsPerSecond);
  let cancelTimer: (() => void) | undefined;

  const size = () => queue.length - head;
  const waitMs = (): number => Math.max(messages.waitMs(), mutations.waitMs());
  const clear = (): void => {
    queue = [];
    head = 0;
    characters = 0;
    cancelTimer?.();
    cancelTimer = undefined;
  };
  const schedule = (): void => {
    if (cancelTimer !== undefined || size() === 0) return;
    const ms = waitMs();
    if (!Number.isFinite(ms)) return;
    cancelTimer = clock.after(Math.ceil(ms), () => {
      cancelTimer = undefined;
      release();
    });
  };
  const release = (): void => {
    for (let released = 0; released < batchSize && size() > 0; released++) {
      if (waitMs() > 0) break;
      const text = queue[head] ?? "";
      head += 1;
      characters -= text.length;
      messages.spend(1);
      // What it does may close the pacer, which empties the queue.
      options.deliver(text);
    }
    if (head > 1_000 || size() === 0) {
      queue = queue.slice(head);
      head = 0;
    }
    schedule();
  };

  return {
    setPace(next) {
      const isSame =
        next?.messagesPerSecond === pace?.messagesPerSecond &&
        next?.mutationsPerSecond === pace?.mutationsPerSecond;
      if (isSame) return;
      pace = next;
      const { messagesPerSecond, mutationsPerSecond } = next ?? options.drain;
      messages.setRate(messagesPerSecond);
      mutations.setRate(mutationsPerSecond);
      cancelTimer?.();
      cancelTimer = undefined;
      schedule();
    },
    take(text) {
      if (size() === 0 && (pace === undefined || waitMs() <= 0)) {
        if (pace !== undefined) messages.spend(1);
        options.deliver(text);
        return;
      }
      if (size() >= options.maxMessages || characters + text.length > options.maxCharacters) {
        options.onFull();
        return;
      }
      queue.push(text);
      characters += text.length;
      schedule();
    },
    charge(count) {
      if (pace !== undefined || size() > 0) mutations.spend(count);
    },
    get waiting() {
      return size();
    },
    close: clear,
  };
}

interface Allowance {
  /** Until something may be spent; Infinity at a rate of zero. */
  waitMs(): number;
  spend(count: number): void;
  /** What is left, or owed, goes with it. */
  setRate(perSecond: number): void;
}

/** A token bucket that may go below zero: what a message costs is known only after it. */
function createAllowance(clock: Clock, perSecond: number): Allowance {
  let rate = perSecond;
  let capacity = Math.max(1, perSecond * burstSeconds);
  let tokens = capacity;
  let filledAt = clock.now();
  const fill = (): void => {
    const now = clock.now();
    tokens = Math.min(capacity, tokens + (Math.max(0, now - filledAt) * rate) / 1000);
    filledAt = now;
  };
  return {
    waitMs() {
      fill();
      if (rate <= 0) return Number.POSITIVE_INFINITY;
      // A message is worth one whole token, within what adding fractions leaves of it.
      return tokens >= 1 - 1e-6 ? 0 : ((1 - tokens) * 1000) / rate;
    },
    spend(count) {
      fill();
      tokens = Math.max(tokens - count, -maxOwedSeconds * rate);
    },
    setRate(next) {
      fill();
      rate = next;
      capacity = Math.max(1, next * burstSeconds);
      tokens = Math.min(tokens, capacity);
    },
  };
}
