/**
 * Typed events. A listener that throws does not keep the others from hearing: its error goes to
 * the page's own error reporting.
 */
export interface Emitter<Events> {
  /** Returns the unsubscriber; calling it twice is harmless. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
  /** Forgets every listener. */
  clear(): void;
}

export function createEmitter<Events>(): Emitter<Events> {
  const listeners = new Map<keyof Events, Set<(event: never) => void>>();
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      // A wrapper of its own, so that the same function may subscribe twice.
      const entry = (event: Parameters<typeof listener>[0]) => listener(event);
      set.add(entry);
      return () => set.delete(entry);
    },
    emit(name, event) {
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          // The map holds, under each name, only listeners of that name's event.
          (listener as (event: Events[typeof name]) => void)(event);
        } catch (error) {
          globalThis.reportError?.(error);
        }
      }
    },
    clear() {
      listeners.clear();
    },
  };
}
