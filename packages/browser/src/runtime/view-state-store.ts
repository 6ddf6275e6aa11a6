/**
 * Keeps what views persist between their runs: one state for each app of each instance name, so
 * that another app loaded under the same name does not get it. A host gives its own to keep it
 * for longer.
 */
export interface ViewStateStore {
  /**
   * Undefined when nothing was kept.
   *
   * @param instance - the instance's name, or its source's `storageScope`
   * @param app - what the manifest says: `publisher/id`, or `id`
   */
  load(instance: string, app: string): unknown;
  save(instance: string, state: unknown, app: string): void | Promise<void>;
  delete(instance: string, app: string): void | Promise<void>;
}

/** Lasts as long as the page. */
export function createMemoryViewStateStore(): ViewStateStore {
  const states = new Map<string, unknown>();
  const nameOf = (instance: string, app: string) => JSON.stringify([instance, app]);
  return {
    load: (instance, app) => states.get(nameOf(instance, app)),
    save: (instance, state, app) => {
      states.set(nameOf(instance, app), state);
    },
    delete: (instance, app) => {
      states.delete(nameOf(instance, app));
    },
  };
}
