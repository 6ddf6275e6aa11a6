/** What the page keeps for this app: JSON values by key, nobody else's, within its quota. */
import { BerthError } from "@berth/protocol/errors";
import type { StateEntry, StateListOptions, StatePage } from "../server/state.ts";

/**
 * Keys are at most 512 bytes of UTF-8, values 512 KiB of JSON; a page of a list also ends after
 * 1 MiB. Every method throws CAPABILITY_UNKNOWN where the page keeps no storage, and
 * CAPABILITY_INPUT_INVALID for a key or value that is not allowed.
 */
export interface ViewStorageArea {
  get<T = unknown>(key: string): Promise<T | undefined>;
  getEntry<T = unknown>(key: string): Promise<StateEntry<T> | undefined>;
  /** @throws BerthError STATE_QUOTA_EXCEEDED when it would pass `resources.storage`, STORAGE_FULL */
  put(key: string, value: unknown): Promise<{ readonly version: string }>;
  delete(key: string): Promise<{ readonly existed: boolean }>;
  /** In order of keys. */
  list<T = unknown>(options?: StateListOptions): Promise<StatePage<T>>;
  usage(): Promise<ViewStorageUsage>;
}

export interface ViewStorageUsage {
  readonly usedBytes: number;
  readonly quotaBytes: number;
  readonly entries: number;
}

export interface ViewStorage {
  /** Lasts as long as the host's page; never on disk. */
  readonly session: ViewStorageArea;
  /** Lasts until the app is removed, or has not been used for long; shared by the tabs. */
  readonly persistent: ViewStorageArea;
}

type Call = (capability: string, method: string, args?: unknown) => Promise<unknown>;

/** A longer one could end the view by the size of its message. */
const maxValueBytes: typeof import("@berth/protocol").viewStorageLimits["maxValueBytes"] = 524_288;

export function createViewStorage(call: Call): ViewStorage {
  return Object.freeze({
    session: createArea(call, "session"),
    persistent: createArea(call, "persistent"),
  });
}

function createArea(call: Call, area: string): ViewStorageArea {
  // What the page answers is typed by its contract; a view trusts its host.
  const ask = <T>(method: string, args: object = {}) =>
    call("storage", method, { area, ...args }) as Promise<T>;
  const getEntry = async <T>(key: string) =>
    (await ask<StateEntry<T> | null>("get", { key })) ?? undefined;
  return Object.freeze({
    getEntry,
    get: async <T>(key: string) => (await getEntry<T>(key))?.value,
    async put(key: string, value: unknown) {
      const bytes = new TextEncoder().encode(JSON.stringify(value)).byteLength;
      if (bytes > maxValueBytes)
        throw new BerthError(
          "CAPABILITY_INPUT_INVALID",
          `The value of ${JSON.stringify(key.slice(0, 80))} has ${bytes} bytes of JSON; at most ${maxValueBytes} are kept under one key.`,
        );
      return ask<{ readonly version: string }>("put", { key, value });
    },
    delete: (key: string) => ask<{ readonly existed: boolean }>("delete", { key }),
    list: <T>(options: StateListOptions = {}) => ask<StatePage<T>>("list", options),
    usage: () => ask<ViewStorageUsage>("usage"),
  });
}
