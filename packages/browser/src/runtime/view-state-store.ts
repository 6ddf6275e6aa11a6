/** Keeps what views persist between their runs. A host gives its own to keep it for longer. */
export interface ViewStateStore {
  /** Undefined when nothing was kept. */
  load(instance: string): unknown;
  save(instance: string, state: unknown): void | Promise<void>;
  delete(instance: string): void | Promise<void>;
}

/** Lasts as long as the page. */
export function createMemoryViewStateStore(): ViewStateStore {
  const states = new Map<string, unknown>();
  return {
    load: (instance) => states.get(instance),
    save: (instance, state) => {
      states.set(instance, state);
    },
    delete: (instance) => {
      states.delete(instance);
    },
  };
}
