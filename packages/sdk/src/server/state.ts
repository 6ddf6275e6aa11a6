/** The installation's own state: JSON values by key, encrypted at rest, within its quota. */
import type { CallCapability } from "./transport.ts";

export interface StateEntry<T = unknown> {
  readonly value: T;
  /** Changes at every write; what `compareAndSet` compares. */
  readonly version: string;
}

export interface StateListOptions {
  readonly prefix?: string;
  /** From the page before; absent for the first page. */
  readonly cursor?: string;
  /** Entries a page; default and most 1,000. */
  readonly limit?: number;
}

export interface StatePage<T = unknown> {
  readonly entries: readonly (StateEntry<T> & { readonly key: string })[];
  /** Null on the last page. */
  readonly cursor: string | null;
}

/**
 * Keys are at most 512 bytes of UTF-8, values 1 MiB of JSON. Listing is in order of keys.
 * Every method throws STATE_QUOTA_EXCEEDED when a write would pass `resources.storage`.
 */
export interface State {
  get<T = unknown>(key: string): Promise<T | undefined>;
  getEntry<T = unknown>(key: string): Promise<StateEntry<T> | undefined>;
  put(key: string, value: unknown): Promise<{ readonly version: string }>;
  /** Up to 500 entries in one transaction. */
  putMany(
    entries: readonly { readonly key: string; readonly value: unknown }[],
  ): Promise<{ readonly count: number }>;
  delete(key: string): Promise<{ readonly existed: boolean }>;
  list<T = unknown>(options?: StateListOptions): Promise<StatePage<T>>;
  /** Every entry below a prefix, page by page. */
  entries<T = unknown>(prefix?: string): AsyncIterable<StatePage<T>["entries"][number]>;
  /**
   * Writes only when the key still has `version`; null: only when it has no value.
   * @throws BerthError STATE_CONFLICT
   */
  compareAndSet(
    key: string,
    value: unknown,
    version: string | null,
  ): Promise<{ readonly version: string }>;
}

export function createState(call: CallCapability): State {
  // What the gateway answers is typed by its contract; a cell trusts its host.
  const ask = <T>(method: string, args: unknown) => call("state", method, args) as Promise<T>;
  const list = <T>(options: StateListOptions = {}) => ask<StatePage<T>>("list", options);
  const getEntry = async <T>(key: string) =>
    (await ask<StateEntry<T> | null>("get", { key })) ?? undefined;
  return {
    getEntry,
    get: async <T>(key: string) => (await getEntry<T>(key))?.value,
    put: (key, value) => ask("put", { key, value }),
    putMany: (entries) => ask("putMany", { entries }),
    delete: (key) => ask("delete", { key }),
    list,
    async *entries<T>(prefix?: string) {
      let cursor: string | null | undefined;
      do {
        const page: StatePage<T> = await list<T>({
          ...(prefix === undefined ? {} : { prefix }),
          ...(cursor ? { cursor } : {}),
        });
        yield* page.entries;
        cursor = page.cursor;
      } while (cursor);
    },
    compareAndSet: (key, value, version) => ask("compareAndSet", { key, value, version }),
  };
}
