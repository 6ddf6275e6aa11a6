/**
 * One area of one scope: JSON values by key, within a quota, sealed when it is to be.
 *
 * Writes of a scope run one after another, so that what an app asked for last is what stays; those
 * of other tabs are ordered by the database. The last writer wins, under the higher version.
 * Trust: keys and values come from an app, records from a disk. Both are checked here.
 */
import { BerthError, viewStorageLimits } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import type { KeyRing, StorageKey } from "./key-ring.ts";
import {
  type FoundRecord,
  type KeptRecord,
  parseRecord,
  type RecordStore,
  type ScopeTotal,
} from "./record-store.ts";
import { seal, unseal } from "./seal.ts";

export interface StorageEntry {
  readonly value: unknown;
  /** Changes at every write. */
  readonly version: string;
}

export interface StoragePage {
  readonly entries: readonly (StorageEntry & { readonly key: string })[];
  /** Null on the last page. */
  readonly cursor: string | null;
}

export interface StorageListOptions {
  readonly prefix?: string | undefined;
  /** From the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  /** Entries a page; default and most 1,000. A page also ends after 1 MiB. */
  readonly limit?: number | undefined;
}

export interface StorageUsage {
  readonly usedBytes: number;
  readonly quotaBytes: number;
  readonly entries: number;
}

/** Keys are at most 512 bytes of UTF-8, values 512 KiB of JSON. */
export interface StorageArea {
  /**
   * Undefined when there is nothing, or nothing that can be read: such a record is dropped and
   * reported.
   *
   * @throws BerthError CAPABILITY_INPUT_INVALID, UNAVAILABLE
   */
  get(key: string): Promise<StorageEntry | undefined>;
  /** @throws BerthError STATE_QUOTA_EXCEEDED, STORAGE_FULL, and as `get` */
  put(key: string, value: unknown): Promise<{ readonly version: string }>;
  delete(key: string): Promise<{ readonly existed: boolean }>;
  /** In order of keys. */
  list(options?: StorageListOptions): Promise<StoragePage>;
  usage(): Promise<StorageUsage>;
}

export interface StorageAreaOptions {
  readonly scope: string;
  readonly records: RecordStore;
  /** Absent where nothing is ever sealed. */
  readonly keyRing?: KeyRing;
  /** False: new values are kept in plain; sealed ones are read all the same. */
  readonly isEncrypted: boolean;
  /** Asked at each write. */
  readonly quotaBytes: () => number;
  readonly clock: Clock;
  /** Runs the scope's writes one after another. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly onCorrupt: (error: BerthError) => void;
  /** After each write that took hold; `key` was written or deleted. */
  readonly onChange: (key: string, version: number) => void;
}

const maxAttempts = 8;
const maxPageBytes = 1_048_576;

export function createStorageArea(options: StorageAreaOptions): StorageArea {
  return new Area(options);
}

class Area implements StorageArea {
  readonly #options: StorageAreaOptions;
  #lastVersion = 0;
  #opening: Promise<ScopeTotal> | undefined;

  constructor(options: StorageAreaOptions) {
    this.#options = options;
  }

  async get(key: string): Promise<StorageEntry | undefined> {
    checkKey(key);
    await this.#open();
    const found = await this.#options.records.find(this.#options.scope, key);
    return found === undefined ? undefined : await this.#read(found);
  }

  async put(key: string, value: unknown): Promise<{ readonly version: string }> {
    checkKey(key);
    const text = toJson(value);
    if (text === undefined) throw invalid(`The value of ${shown(key)} is not JSON.`);
    const valueBytes = bytesOf(text);
    if (valueBytes > viewStorageLimits.maxValueBytes)
      throw invalid(
        `The value of ${shown(key)} has ${valueBytes} bytes of JSON; at most ${viewStorageLimits.maxValueBytes} are kept under one key.`,
      );
    return this.#inTurn(() => this.#put(key, text, bytesOf(key) + valueBytes));
  }

  async delete(key: string): Promise<{ readonly existed: boolean }> {
    checkKey(key);
    return this.#inTurn(async () => {
      const version = this.#nextVersion();
      const existed = await this.#options.records.delete(this.#options.scope, key, version);
      if (existed) this.#options.onChange(key, version);
      return { existed };
    });
  }

  async list(options: StorageListOptions = {}): Promise<StoragePage> {
    const { prefix = "", cursor, limit = viewStorageLimits.maxListEntries } = options;
    if (prefix !== "") checkKey(prefix);
    if (cursor !== undefined) checkKey(cursor);
    if (!Number.isInteger(limit) || limit < 1 || limit > viewStorageLimits.maxListEntries)
      throw invalid(`limit is ${limit}; expected 1 to ${viewStorageLimits.maxListEntries}.`);
    await this.#open();
    const found = await this.#options.records.page(this.#options.scope, {
      ...{ prefix, after: cursor, maxBytes: maxPageBytes },
      // One more than asked tells whether there is a further page.
      limit: limit + 1,
    });
    const entries: (StorageEntry & { readonly key: string })[] = [];
    const taken = found.slice(0, limit);
    let bytes = 0;
    for (const record of taken) {
      bytes += parseRecord(record.value)?.bytes ?? 0;
      const entry = await this.#read(record);
      if (entry !== undefined) entries.push({ key: record.key, ...entry });
    }
    const isMore = taken.length < found.length || bytes >= maxPageBytes;
    return { entries, cursor: isMore ? (taken.at(-1)?.key ?? null) : null };
  }

  async usage(): Promise<StorageUsage> {
    await this.#open();
    const { bytes, entries } = await this.#options.records.total(this.#options.scope);
    return { usedBytes: bytes, quotaBytes: this.#options.quotaBytes(), entries };
  }

  async #put(key: string, text: string, bytes: number): Promise<{ readonly version: string }> {
    const { scope, records, isEncrypted, clock } = this.#options;
    const keyRing = isEncrypted ? this.#options.keyRing : undefined;
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const version = this.#nextVersion();
      const storageKey = await keyRing?.find(scope);
      const body =
        storageKey === undefined ? { text } : await seal(text, { scope, key, version }, storageKey);
      const bounds = {
        quotaBytes: this.#options.quotaBytes(),
        maxEntries: viewStorageLimits.maxEntries,
        keyId: keyRing?.isGiven === false ? storageKey?.id : undefined,
      };
      const outcome = await records.put(scope, { key, version, bytes, body }, bounds, clock.now());
      switch (outcome.kind) {
        case "kept":
          this.#options.onChange(key, version);
          return { version: String(version) };
        case "full":
          throw full(bounds.quotaBytes, outcome.total, key, bytes);
        case "behind":
          this.#lastVersion = outcome.version;
          break;
        case "key-gone":
          keyRing?.forget(scope);
          break;
      }
    }
    throw new BerthError(
      "UNAVAILABLE",
      `${shown(key)} was written by others ${maxAttempts} times in the same moment; try again.`,
    );
  }

  async #read({ key, value }: FoundRecord): Promise<StorageEntry | undefined> {
    const record = parseRecord(value);
    const text = record === undefined ? undefined : await this.#openText(record, key);
    if (record !== undefined && text !== undefined) {
      const parsed = parseJson(text);
      if (parsed !== undefined) return { value: parsed.value, version: String(record.version) };
    }
    await this.#drop(key, record);
    return undefined;
  }

  async #drop(key: string, record: KeptRecord | undefined): Promise<void> {
    const { scope, records, keyRing } = this.#options;
    const sealedBy = record !== undefined && "keyId" in record.body ? record.body.keyId : undefined;
    const isForeign =
      keyRing?.isGiven === true &&
      sealedBy !== undefined &&
      sealedBy !== (await keyRing.find(scope)).id;
    // Unless something newer has been written in its place since.
    if (!isForeign) await records.delete(scope, key, record?.version ?? 0);
    const what = isForeign
      ? "is sealed with another key than the host gives now; it is left alone"
      : "was damaged or changed outside; it was dropped";
    this.#options.onCorrupt(
      new BerthError("STORAGE_RECORD_CORRUPT", `The record ${shown(key)} ${what}.`, {
        details: { key: key.slice(0, 80), isDropped: !isForeign },
      }),
    );
  }

  /** Undefined when it does not open. A plain record where sealed ones belong does not either. */
  async #openText(record: KeptRecord, key: string): Promise<string | undefined> {
    const { scope, isEncrypted } = this.#options;
    if (record.key !== key) return undefined;
    if ("text" in record.body) return isEncrypted ? undefined : record.body.text;
    const storageKey = await this.#keyFor(record.body.keyId);
    if (storageKey === undefined) return undefined;
    return unseal(record.body, { scope, key, version: record.version }, storageKey);
  }

  async #keyFor(keyId: string): Promise<StorageKey | undefined> {
    const { scope, keyRing } = this.#options;
    const known = await keyRing?.find(scope);
    if (keyRing === undefined || known?.id === keyId) return known;
    // Another tab may have removed the scope and begun it anew, with a new key.
    keyRing.forget(scope);
    const fresh = await keyRing.find(scope);
    return fresh.id === keyId ? fresh : undefined;
  }

  #nextVersion(): number {
    this.#lastVersion = Math.max(this.#options.clock.now(), this.#lastVersion + 1);
    return this.#lastVersion;
  }

  /** Before the first use: counts what is there, and learns the last version. */
  async #open(): Promise<void> {
    this.#opening ??= this.#options.records.open(this.#options.scope, this.#options.clock.now());
    try {
      const { version } = await this.#opening;
      this.#lastVersion = Math.max(this.#lastVersion, version);
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#options.inTurn(async () => {
      await this.#open();
      return work();
    });
  }
}

function checkKey(key: unknown): asserts key is string {
  const isText = typeof key === "string" && key !== "" && key.isWellFormed();
  if (!isText || key.includes("\0"))
    throw invalid(`The key ${shown(key)} is not a text without NUL and half surrogate pairs.`);
  if (key.length > viewStorageLimits.maxKeyBytes || bytesOf(key) > viewStorageLimits.maxKeyBytes)
    throw invalid(
      `The key ${shown(key)} is longer than ${viewStorageLimits.maxKeyBytes} bytes of UTF-8.`,
    );
}

function full(quotaBytes: number, total: ScopeTotal, key: string, bytes: number): BerthError {
  const isCrowded = total.entries >= viewStorageLimits.maxEntries;
  const bound = isCrowded
    ? `${viewStorageLimits.maxEntries} entries, as many as one area may hold`
    : `${total.bytes} bytes of a quota of ${quotaBytes}`;
  return new BerthError(
    "STATE_QUOTA_EXCEEDED",
    `The app's storage holds ${bound}; ${shown(key)} would need ${bytes} bytes. Delete something, or ask for more in resources.storage.`,
    {
      details: {
        ...{ limit: "storage", enforcer: "quota", quotaBytes, usedBytes: total.bytes },
        ...{ askedBytes: bytes, entries: total.entries },
      },
    },
  );
}

/** Undefined for what JSON has no words for. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A cycle or a bigint: refused like any other value that is no JSON.
    return undefined;
  }
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Not what was written: the record is reported as damaged.
    return undefined;
  }
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function invalid(message: string): BerthError {
  return new BerthError("CAPABILITY_INPUT_INVALID", message);
}

function shown(key: unknown): string {
  return typeof key === "string" ? JSON.stringify(key.slice(0, 80)) : `of the kind ${typeof key}`;
}
