/**
 * Tells who keeps something by what people may do that it is no longer so: view tokens, open sockets,
 * event streams.
 *
 * On this node only. What asks the database at each request needs no telling.
 */
export interface AccessChange {
  readonly organizationId: string;
  readonly personIds: readonly string[];
}

/** What it cannot do it logs itself: the change is committed, and nothing takes it back. */
type Listener = (change: AccessChange) => Promise<void> | void;

export interface AccessChanges {
  /** Returns how to stop it. */
  on(listener: Listener): () => void;
  /** Call once the change is committed. Resolves when every listener has done with it. */
  tell(change: AccessChange): Promise<void>;
}

export function createAccessChanges(): AccessChanges {
  const listeners = new Set<Listener>();
  return {
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async tell(change) {
      if (change.personIds.length === 0) return;
      await Promise.all([...listeners].map((listener) => listener(change)));
    },
  };
}
