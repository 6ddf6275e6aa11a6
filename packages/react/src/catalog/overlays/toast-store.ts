/**
 * The notices that a view shows at its lower edge, between the `Toast`s that an app draws and the one
 * region that shows them.
 *
 * Owns their order. Invariant: whatever an app draws, what is shown changes at most four times a
 * second, or a flood of them would be spoken without an end.
 */
import type { ComponentProps } from "../component-props.ts";

export interface ToastEntry extends ComponentProps<"Toast"> {
  readonly id: string;
}

export interface ToastStore {
  put(entry: ToastEntry): void;
  remove(id: string): void;
  subscribe(listener: () => void): () => void;
  /** As it was when the listeners were last called. */
  snapshot(): readonly ToastEntry[];
}

const minGapMs = 250;

export function createToastStore(): ToastStore {
  const entries = new Map<string, ToastEntry>();
  const listeners = new Set<() => void>();
  let shown: readonly ToastEntry[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tellsAgainAt = 0;

  const tell = (): void => {
    timer = undefined;
    tellsAgainAt = performance.now() + minGapMs;
    shown = [...entries.values()];
    for (const listener of [...listeners]) listener();
  };
  const changed = (): void => {
    timer ??= setTimeout(tell, Math.max(0, tellsAgainAt - performance.now()));
  };
  return {
    put(entry) {
      entries.set(entry.id, entry);
      changed();
    },
    remove(id) {
      if (entries.delete(id)) changed();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearTimeout(timer);
        timer = undefined;
      };
    },
    snapshot: () => shown,
  };
}
