/**
 * Where an app's records lie: one place per scope, each write in one transaction with the scope's
 * total. Two drivers: memory, and IndexedDB. Neither knows what a record holds.
 */
import { viewStorageLimits } from "@berth/protocol";

/** Plain text, or what seal.ts makes of it. */
export type RecordBody =
  | { readonly text: string }
  | {
      readonly keyId: string;
      readonly iv: Uint8Array<ArrayBuffer>;
      readonly data: ArrayBuffer;
    };

export interface KeptRecord {
  readonly key: string;
  /** Grows with every write of a scope; milliseconds since the epoch as long as clocks behave. */
  readonly version: number;
  /** Of the key and the value's JSON, before sealing: what the quota counts. */
  readonly bytes: number;
  readonly body: RecordBody;
}

export interface ScopeTotal {
  readonly bytes: number;
  readonly entries: number;
  /** The highest version that the scope has seen. */
  readonly version: number;
}

export interface PutBounds {
  readonly quotaBytes: number;
  readonly maxEntries: number;
  /** The scope's own key must still be this one, or the record could never be read again. */
  readonly keyId: string | undefined;
}

export type PutOutcome =
  | { readonly kind: "kept" }
  /** Another writer has a higher version: seal anew above it. */
  | { readonly kind: "behind"; readonly version: number }
  | { readonly kind: "full"; readonly total: ScopeTotal }
  | { readonly kind: "key-gone" };

/** As it lies there: `value` may be damaged, or another's doing. */
export interface FoundRecord {
  readonly key: string;
  readonly value: unknown;
}

export interface PageOptions {
  readonly prefix: string;
  /** Keys after this one. */
  readonly after: string | undefined;
  readonly limit: number;
  /** Ends the page once its records count as much; it has one at least. */
  readonly maxBytes: number;
}

export interface RecordStore {
  /** Counts the scope anew and marks it as used now. */
  open(scope: string, now: number): Promise<ScopeTotal>;
  total(scope: string): Promise<ScopeTotal>;
  find(scope: string, key: string): Promise<FoundRecord | undefined>;
  put(scope: string, record: KeptRecord, bounds: PutBounds, now: number): Promise<PutOutcome>;
  /** Deletes the record unless it has a higher version; false when there was none to delete. */
  delete(scope: string, key: string, version: number): Promise<boolean>;
  /** In order of keys by UTF-16 code units. */
  page(scope: string, options: PageOptions): Promise<readonly FoundRecord[]>;
  /** Everything of the scope, its key included. */
  remove(scope: string): Promise<void>;
}

export const emptyTotal: ScopeTotal = Object.freeze({ bytes: 0, entries: 0, version: 0 });

/** Undefined when it is not a record of ours. */
export function parseRecord(value: unknown): KeptRecord | undefined {
  const { key, version, bytes, body } = (value ?? {}) as Record<string, unknown>;
  if (typeof key !== "string" || !isCount(version) || !isCount(bytes)) return undefined;
  if (bytes > maxRecordBytes) return undefined;
  const parsed = parseBody(body);
  return parsed === undefined ? undefined : { key, version, bytes, body: parsed };
}

/** What a put would make of the total; undefined when that is more than the bounds allow. */
export function totalAfter(
  total: ScopeTotal,
  before: KeptRecord | undefined,
  record: KeptRecord,
  bounds: PutBounds,
): ScopeTotal | undefined {
  const after = {
    bytes: total.bytes - (before?.bytes ?? 0) + record.bytes,
    entries: total.entries + (before === undefined ? 1 : 0),
    version: Math.max(total.version, record.version),
  };
  // An app above its quota, because that was lowered, may still shrink what it has.
  const isFull = after.bytes > bounds.quotaBytes && after.bytes > total.bytes;
  const isCrowded = after.entries > bounds.maxEntries && after.entries > total.entries;
  return isFull || isCrowded ? undefined : after;
}

/** As AES-GCM wants it. */
export const sealIvBytes = 12;

/** The views' own state is kept here too, and is smaller than this. */
const maxRecordBytes = viewStorageLimits.maxKeyBytes + viewStorageLimits.maxValueBytes;

function parseBody(value: unknown): RecordBody | undefined {
  const { text, keyId, iv, data } = (value ?? {}) as Record<string, unknown>;
  if (typeof text === "string") return { text };
  const isSealed =
    typeof keyId === "string" &&
    iv instanceof Uint8Array &&
    iv.byteLength === sealIvBytes &&
    iv.buffer instanceof ArrayBuffer &&
    data instanceof ArrayBuffer;
  // Held against its parts just above.
  return isSealed ? { keyId, iv: iv as Uint8Array<ArrayBuffer>, data } : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
