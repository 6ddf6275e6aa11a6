/**
 * What apps keep in the page: a session area in memory, a persistent one in IndexedDB, and the
 * views' own state.
 *
 * Owns the database connection and the channel to other tabs, both opened at first use. Whose a
 * scope is, the host decides by naming it; an app names keys only.
 */
import { BerthError } from "@berth/protocol";
import { type Clock, systemClock } from "../clock.ts";
import { createEmitter } from "../emitter.ts";
import type { ViewStateStore } from "../runtime/view-state-store.ts";
import { createViewDatabase } from "./database.ts";
import { createIndexedRecords } from "./indexed-records.ts";
import { createGivenKeyRing, createOwnKeyRing, type StorageKey } from "./key-ring.ts";
import { createMemoryRecords } from "./memory-records.ts";
import { createStorageArea, type StorageArea } from "./storage-area.ts";
import { openStorageChannel, type StorageChange, type StorageChannel } from "./storage-channel.ts";
import { createStoredViewStates } from "./stored-view-states.ts";
import { createTurns } from "./turns.ts";

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
  /** Of each of both areas; the session area has 16 MiB at most. */
  readonly quotaBytes: number;
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

/** The session area is the page's own memory, whatever a manifest asks for. */
const maxSessionBytes = 16_777_216;
const defaultMaxIdleMs = 90 * 24 * 3_600_000;

export function createBrowserStorage(options: BrowserStorageOptions = {}): BrowserStorage {
  const { owner = "page", clock = systemClock, maxIdleMs = defaultMaxIdleMs } = options;
  const report = options.onReport ?? ((error: BerthError) => globalThis.reportError?.(error));
  const name = `berth-views:${owner}`;
  const database = createViewDatabase(name);
  const persistent = createIndexedRecords(database);
  const session = createMemoryRecords();
  const keyRing =
    options.keyOf === undefined ? createOwnKeyRing(database) : createGivenKeyRing(options.keyOf);
  const emitter = createEmitter<{ change: StorageChange }>();
  let channel: StorageChannel | undefined;
  const turns = createTurns();
  let isCleaned = false;

  const hear = (change: StorageChange): void => {
    if (change.key === null) keyRing.forget(change.scope);
    emitter.emit("change", change);
  };
  const listen = (): StorageChannel => {
    channel ??= openStorageChannel(name, hear);
    return channel;
  };
  const tell = (change: StorageChange): void => {
    listen().post(change);
    hear(change);
  };
  const cleanUp = async (): Promise<{ readonly removed: number }> => {
    const removed = await persistent.removeUnused(clock.now() - maxIdleMs);
    for (const scope of removed) tell({ scope, key: null, version: clock.now() });
    return { removed: removed.length };
  };
  /** The records, with what goes with their first use. */
  const used: typeof persistent = {
    ...persistent,
    async open(scope, now) {
      listen();
      const total = await persistent.open(scope, now);
      if (!isCleaned) {
        isCleaned = true;
        cleanUp().catch(report);
      }
      return total;
    },
  };
  const persistentArea = (
    scope: string,
    quotaBytes: number,
    isEncrypted: boolean,
    onCorrupt: (error: BerthError) => void,
  ): StorageArea =>
    createStorageArea({
      ...{ scope, records: used, keyRing, isEncrypted, quotaBytes, clock, onCorrupt },
      inTurn: (work) => turns.run(scope, work),
      onChange: (key, version) => tell({ scope, key, version }),
    });
  /** After the writes that were asked for before, so that none of them brings it back. */
  const removePersistent = (scope: string): Promise<void> =>
    turns.run(scope, async () => {
      await persistent.remove(scope);
      tell({ scope, key: null, version: clock.now() });
    });
  const viewStates = createStoredViewStates({
    area: (scope) => persistentArea(scope, Number.POSITIVE_INFINITY, true, report),
    remove: removePersistent,
    report,
  });

  return {
    viewStates,
    open({ scope, quotaBytes, isEncrypted, onCorrupt = report }) {
      return {
        session: createStorageArea({
          ...{ scope, records: session, clock, onCorrupt, isEncrypted: false },
          quotaBytes: Math.min(quotaBytes, maxSessionBytes),
          inTurn: (work) => turns.run(sessionTurn(scope), work),
          onChange: () => {},
        }),
        persistent: persistentArea(appScope(scope), quotaBytes, isEncrypted, onCorrupt),
      };
    },
    async remove(scope) {
      await turns.run(sessionTurn(scope), () => session.remove(scope));
      await removePersistent(appScope(scope));
    },
    cleanUp,
    onChange: (listener) => emitter.on("change", listener),
    close() {
      channel?.close();
      channel = undefined;
      database.close();
    },
  };
}

const sessionTurn = (scope: string): string => `session:${scope}`;

/** Apart from the views' own state, whatever the host names. */
function appScope(scope: string): string {
  if (scope === "" || scope.length > 1_000 || !scope.isWellFormed())
    throw new BerthError(
      "OPTION_INVALID",
      `The storage scope ${JSON.stringify(scope.slice(0, 80))} is not a text of 1 to 1,000 characters.`,
    );
  return `app:${scope}`;
}
