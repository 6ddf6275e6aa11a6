/**
 * What apps keep in the page: a session area in memory, a persistent one in IndexedDB, and the
 * views' own state. Whose a scope is, the host decides by naming it; an app names keys only.
 *
 * Owns the listeners for changes. What it is made of, page-storage.ts, is fetched as soon as a page
 * has a storage; what is asked for before that waits for it, in order.
 */
import { BerthError } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { createEmitter } from "../emitter.ts";
import { createLazy } from "../lazy.ts";
import type { ViewStateStore } from "../runtime/view-state-store.ts";
import type { StorageKey } from "./key-ring.ts";
import type { StorageArea } from "./storage-area.ts";
import type { StorageChange } from "./storage-channel.ts";

export interface BrowserStorageOptions {
  /**
   * Whose data it is: one database each, so that what one signed-in person's apps keep is not
   * found by the next person at the same browser. Default: "page".
   */
  readonly owner?: string;
  /** In place of the keys that are made here; asked once for each scope. */
  readonly keyOf?: (scope: string) => Promise<StorageKey>;
  /** Scopes that nobody used for as long are removed. Default: 90 days. */
  readonly maxIdleMs?: number;
  /** What went wrong where no caller waits: a view state that cannot be read, a failed clean-up. */
  readonly onReport?: (error: BerthError) => void;
  readonly clock?: Clock;
}

export interface OpenAppStorageOptions {
  /** Whose it is; never chosen by an app. Apps that share a scope share what is in it. */
  readonly scope: string;
  /**
   * Of each of both areas; the session area has 16 MiB at most. A function is asked at each write.
   */
  readonly quotaBytes: number | (() => number);
  readonly isEncrypted: boolean;
  /** STORAGE_RECORD_CORRUPT, for each record that was dropped. */
  readonly onCorrupt?: (error: BerthError) => void;
}

export interface AppStorage {
  /** Lasts as long as the page; nothing of it is written to disk. */
  readonly session: StorageArea;
  /** Lasts until `remove` or `maxIdleMs`; shared by all tabs. */
  readonly persistent: StorageArea;
}

export interface BrowserStorage {
  open(options: OpenAppStorageOptions): AppStorage;
  /** Sealed and persistent; what the manager keeps views' state in. */
  readonly viewStates: ViewStateStore;
  /** Everything of a scope, with its key: after that no copy of the disk opens it. */
  remove(scope: string): Promise<void>;
  /** Removes what nobody used for `maxIdleMs`; runs by itself once, after the first use. */
  cleanUp(): Promise<{ readonly removed: number }>;
  /** Changes of persistent areas, here and in other tabs; returns the unsubscriber. */
  onChange(listener: (change: StorageChange) => void): () => void;
  /** Idempotent; a later use opens it again. */
  close(): void;
}

export function createBrowserStorage(options: BrowserStorageOptions = {}): BrowserStorage {
  const report = options.onReport ?? ((error: BerthError) => globalThis.reportError?.(error));
  const emitter = createEmitter<{ change: StorageChange }>();
  const storage = createLazy(async () => {
    const { createPageStorage } = await import("./page-storage.ts");
    return createPageStorage({
      ...options,
      onChange: (change) => emitter.emit("change", change),
    });
  });
  storage.begin();
  return {
    viewStates: {
      async load(...of) {
        try {
          return await (await storage.get()).viewStates.load(...of);
        } catch (error) {
          // Its code could not be fetched; a view without its last state is better than none.
          report(error as BerthError);
          return undefined;
        }
      },
      save: async (...of) => (await storage.get()).viewStates.save(...of),
      delete: async (...of) => (await storage.get()).viewStates.delete(...of),
    },
    open(wanted) {
      checkScope(wanted.scope);
      const opened = createLazy(async () => (await storage.get()).open(wanted));
      return {
        session: lazyArea(async () => (await opened.get()).session),
        persistent: lazyArea(async () => (await opened.get()).persistent),
      };
    },
    async remove(scope) {
      checkScope(scope);
      await (await storage.get()).remove(scope);
    },
    cleanUp: async () => (await storage.get()).cleanUp(),
    onChange: (listener) => emitter.on("change", listener),
    close: () => storage.ifBegun(({ close }) => close()),
  };
}

function lazyArea(area: () => Promise<StorageArea>): StorageArea {
  return {
    get: async (key) => (await area()).get(key),
    put: async (key, value) => (await area()).put(key, value),
    delete: async (key) => (await area()).delete(key),
    list: async (options) => (await area()).list(options),
    usage: async () => (await area()).usage(),
  };
}

function checkScope(scope: string): void {
  if (scope === "" || scope.length > 1_000 || !scope.isWellFormed())
    throw new BerthError(
      "OPTION_INVALID",
      `The storage scope ${JSON.stringify(scope.slice(0, 80))} is not a text of 1 to 1,000 characters.`,
    );
}
