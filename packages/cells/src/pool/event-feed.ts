import type { CellLogger } from "../ports.ts";
import type { CellEvent } from "./pool.ts";

/** Tells listeners, one after another; one that throws does not keep it from the others. */
export class EventFeed {
  readonly #listeners = new Set<(event: CellEvent) => void>();
  readonly #logger: CellLogger;

  constructor(logger: CellLogger) {
    this.#logger = logger;
  }

  subscribe(listener: (event: CellEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  emit(event: CellEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#logger.error({ err: error, event: event.type }, "a listener of cell events threw");
      }
    }
  }
}
