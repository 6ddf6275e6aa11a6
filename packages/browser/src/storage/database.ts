/**
 * The page's IndexedDB database of views: opened at first use, and again after the browser closed
 * it. A transaction is all or nothing: work that throws is undone.
 */
import { BerthError, isBerthError } from "@berth/protocol";

const storeNames = ["records", "scopes", "keys"] as const;

export type Stores = Readonly<Record<(typeof storeNames)[number], IDBObjectStore>>;

export interface ViewDatabase {
  /**
   * Runs `work` in one transaction over all stores. It may wait for requests of these stores
   * only: a transaction that waits for anything else has ended by then.
   *
   * @throws BerthError UNAVAILABLE, STORAGE_FULL, and what `work` throws
   */
  transact<Result>(
    mode: IDBTransactionMode,
    work: (stores: Stores) => Promise<Result>,
  ): Promise<Result>;
  /** Idempotent; a later transaction opens it again. */
  close(): void;
}

export function createViewDatabase(name: string): ViewDatabase {
  let opening: Promise<IDBDatabase> | undefined;

  const open = (): Promise<IDBDatabase> => {
    opening ??= openDatabase(name).then(
      (database) => {
        const forget = () => {
          opening = undefined;
        };
        database.onclose = forget;
        // Another page deletes it, or has a newer version: do not stand in its way.
        database.onversionchange = () => {
          database.close();
          forget();
        };
        return database;
      },
      (error: unknown) => {
        opening = undefined;
        throw error;
      },
    );
    return opening;
  };

  return {
    async transact(mode, work) {
      try {
        const database = await open();
        const transaction = database.transaction(storeNames, mode);
        const done = doneOf(transaction);
        const [records, scopes, keys] = storeNames.map((store) => transaction.objectStore(store));
        // Made from the list of names just above.
        const stores = { records, scopes, keys } as Stores;
        let result: Awaited<ReturnType<typeof work>>;
        try {
          result = await work(stores);
        } catch (error) {
          abort(transaction);
          await done.catch(() => {
            // The transaction ended by what `work` threw, which is told below.
          });
          throw error;
        }
        await done;
        return result;
      } catch (error) {
        throw asStorageError(error);
      }
    },
    close() {
      opening
        ?.then((database) => database.close())
        // It never opened: nothing is there to be closed.
        .catch(() => {});
      opening = undefined;
    },
  };
}

/** The request's result, inside its transaction. */
export function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    if (globalThis.indexedDB === undefined) {
      reject(new BerthError("UNAVAILABLE", "This page has no IndexedDB to keep views' data in."));
      return;
    }
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("records", { keyPath: ["scope", "key"] });
      request.result.createObjectStore("scopes", { keyPath: "scope" });
      request.result.createObjectStore("keys", { keyPath: "scope" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function doneOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("It was aborted."));
  });
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // A failed request has aborted it already.
  }
}

function asStorageError(error: unknown): BerthError {
  if (isBerthError(error)) return error;
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  if (name === "QuotaExceededError")
    return new BerthError("STORAGE_FULL", "The browser has no space left for this site's data.", {
      cause: error,
    });
  const why = typeof message === "string" && message !== "" ? `: ${message.slice(0, 200)}` : ".";
  return new BerthError("UNAVAILABLE", `The browser's database did not do its work${why}`, {
    cause: error,
  });
}
