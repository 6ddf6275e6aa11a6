/**
 * Tells a cell pool that nobody waits for an answer any longer. Each request has one, and hardly any is
 * used: an AbortController with its signal takes as long to make as all of the decision.
 */
import type { GivenUpSignal } from "@berth/cells";

export class CallerGone implements GivenUpSignal {
  #isAborted = false;
  #listeners: (() => void)[] | undefined;

  get aborted(): boolean {
    return this.#isAborted;
  }

  /** Idempotent. */
  abort(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener();
  }

  addEventListener(_type: "abort", listener: () => void): void {
    if (this.#listeners === undefined) this.#listeners = [listener];
    else this.#listeners.push(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    const at = this.#listeners?.indexOf(listener) ?? -1;
    if (at >= 0) this.#listeners?.splice(at, 1);
  }
}
