/**
 * The storage itself, fetched when a page first has any (browser-storage.ts).
 *
 * Owns the database connection and the channel to other tabs, both opened at first use, and the
 * session areas' memory.
 */
import type { BerthError } from "@berth/protocol";
import { systemClock } from "../clock.ts";
import type { ViewStateStore } from "../runtime/view-state-store.ts";
import type {
  AppStorage,
  BrowserStorageOptions,
  OpenAppStorageOptions,
} from "./browser-storage.ts";
import { createViewDatabase } from "./database.ts";
import { createIndexedRecords } from "./indexed-records.ts";
import { createGivenKeyRing, createOwnKeyRing } from "./key-ring.ts";
import { createMemoryRecords } from "./memory-records.ts";
import { createStorageArea, type StorageArea } from "./storage-area.ts";
import { openStorageChannel, type StorageChange, type StorageChannel } from "./storage-channel.ts";
import { createStoredViewStates } from "./stored-view-states.ts";
import { createTurns } from "./turns.ts";

export interface PageStorageOptions extends BrowserStorageOptions {
  /** A change of a persistent area, here or in another tab. */
  readonly onChange: (change: StorageChange) => void;
}

export interface PageStorage {
  /** @param options - its scope has been checked */
  open(options: OpenAppStorageOptions): AppStorage;
  readonly viewStates: ViewStateStore;
  remove(scope: string): Promise<void>;
  cleanUp(): Promise<{ readonly removed: number }>;
  close(): void;
}

/** The session area is the page's own memory, whatever a manifest asks for. */
const maxSessionBytes = 16_777_216;
const defaultMaxIdleMs = 90 * 24 * 3_600_000;

export function createPageStorage(options: PageStorageOptions): PageStorage {
  const { owner = "page", clock = systemClock, maxIdleMs = defaultMaxIdleMs } = options;
  const report = options.onReport ?? ((error: BerthError) => globalThis.reportError?.(error));
  const name = `berth-views:${owner}`;
  const database = createViewDatabase(name);
  const persistent = createIndexedRecords(database);
  const session = createMemoryRecords();
  const keyRing =
    options.keyOf === undefined ? createOwnKeyRing(database) : createGivenKeyRing(options.keyOf);
  let channel: StorageChannel | undefined;
  const turns = createTurns();
  let isCleaned = false;

  const hear = (change: StorageChange): void => {
    if (change.key === null) keyRing.forget(change.scope);
    options.onChange(change);
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
    quotaBytes: () => number,
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
    area: (scope) => persistentArea(scope, () => Number.POSITIVE_INFINITY, true, report),
    remove: removePersistent,
    report,
  });

  return {
    viewStates,
    open({ scope, quotaBytes, isEncrypted, onCorrupt = report }) {
      const quota = typeof quotaBytes === "number" ? () => quotaBytes : quotaBytes;
      return {
        session: createStorageArea({
          ...{ scope, records: session, clock, onCorrupt, isEncrypted: false },
          quotaBytes: () => Math.min(quota(), maxSessionBytes),
          inTurn: (work) => turns.run(sessionTurn(scope), work),
          onChange: () => {},
        }),
        persistent: persistentArea(appScope(scope), quota, isEncrypted, onCorrupt),
      };
    },
    async remove(scope) {
      await turns.run(sessionTurn(scope), () => session.remove(scope));
      await removePersistent(appScope(scope));
    },
    cleanUp,
    close() {
      channel?.close();
      channel = undefined;
      database.close();
    },
  };
}

const sessionTurn = (scope: string): string => `session:${scope}`;

/** Apart from the views' own state, whatever the host names. */
const appScope = (scope: string): string => `app:${scope}`;
