/**
 * Lets any number look on at one app.
 *
 * Owns the app's tap from the first to the last of them; what was there before is told as well, and
 * put back. Invariant: one that throws disturbs neither the app nor another.
 */
import type { Beat } from "../resources/busy-meter.ts";
import type { AppHandle } from "../runtime/app-instance.ts";
import type { AppObserver, MessageDirection, OnServed, ServedBy } from "../runtime/app-tap.ts";

export interface CallEnd {
  readonly servedBy: ServedBy;
  /** HTTP's, where the call was one. */
  readonly status?: number;
  /** What it failed with. */
  readonly error?: unknown;
}

/** As AppObserver says. */
export interface AppListener extends Omit<AppObserver, "call"> {
  /** A call begins. What is returned is told once how it ended. */
  call(name: string): (end: CallEnd) => void;
}

/** Looks on from now, until the returned function is called. */
export function observeApp(app: Pick<AppHandle, "tap">, listener: AppListener): () => void {
  const { tap } = app;
  const audience = tap.observer instanceof Audience ? tap.observer : new Audience(tap.observer);
  tap.observer = audience;
  const entry = { listener };
  audience.entries.add(entry);
  return () => {
    audience.entries.delete(entry);
    if (audience.entries.size === 0 && tap.observer === audience) tap.observer = audience.before;
  };
}

class Audience implements AppObserver {
  readonly entries = new Set<{ readonly listener: AppListener }>();
  readonly before: AppObserver | undefined;

  constructor(before: AppObserver | undefined) {
    this.before = before;
  }

  message(direction: MessageDirection, text: string): void {
    this.before?.message(direction, text);
    this.#tell((one) => one.message(direction, text));
  }

  mutations(records: unknown, count: number): void {
    this.before?.mutations(records, count);
    this.#tell((one) => one.mutations(records, count));
  }

  beat(beat: Beat): void {
    this.before?.beat(beat);
    this.#tell((one) => one.beat(beat));
  }

  async call<Result>(
    name: string,
    work: (onServed?: OnServed) => Promise<Result>,
  ): Promise<Result> {
    const ends = this.#tell((one) => one.call(name));
    let servedBy: ServedBy = "network";
    const told = (onServed?: OnServed): Promise<Result> =>
      work((by) => {
        servedBy = by;
        onServed?.(by);
      });
    try {
      const result = await (this.before?.call(name, told) ?? told());
      for (const end of ends) end({ servedBy, ...statusOf(result) });
      return result;
    } catch (error) {
      for (const end of ends) end({ servedBy, error });
      throw error;
    }
  }

  #tell<Answer>(say: (listener: AppListener) => Answer): Answer[] {
    const answers: Answer[] = [];
    for (const { listener } of [...this.entries]) {
      try {
        answers.push(say(listener));
      } catch (error) {
        globalThis.reportError?.(error);
      }
    }
    return answers;
  }
}

function statusOf(result: unknown): { readonly status?: number } {
  const { status } = (result ?? {}) as { readonly status?: unknown };
  return typeof status === "number" ? { status } : {};
}
