/**
 * Records in the page's IndexedDB, shared by all tabs of an origin.
 *
 * Invariant: a record and its scope's total change in one transaction, and under a key of the
 * scope's own only while that key is there. Records are found by the pair of scope and key, never
 * by a text made of both.
 * Trust: what lies in the database may be damaged or another's doing; it is parsed at each read.
 */
import { resultOf, type Stores, type ViewDatabase } from "./database.ts";
import {
  emptyTotal,
  type FoundRecord,
  type KeptRecord,
  parseRecord,
  type RecordStore,
  type ScopeTotal,
  totalAfter,
} from "./record-store.ts";

interface ScopeRow extends ScopeTotal {
  readonly scope: string;
  /** Milliseconds since the epoch. */
  readonly usedAt: number;
}

export interface IndexedRecords extends RecordStore {
  /** Removes scopes that nobody used since then; returns their names. */
  removeUnused(since: number): Promise<readonly string[]>;
}

export function createIndexedRecords(database: ViewDatabase): IndexedRecords {
  return {
    open: (scope, now) =>
      database.transact("readwrite", async (stores) => {
        const { version } = await findTotal(stores, scope);
        const total = await countScope(stores, scope);
        const row = { ...total, version: Math.max(total.version, version) };
        await putTotal(stores, scope, row, now);
        return row;
      }),
    total: (scope) => database.transact("readonly", (stores) => findTotal(stores, scope)),
    find: (scope, key) =>
      database.transact("readonly", async ({ records }) => {
        const value: unknown = await resultOf(records.get([scope, key]));
        return value === undefined ? undefined : { key, value };
      }),
    put: (scope, record, bounds, now) =>
      database.transact("readwrite", async (stores) => {
        if (bounds.keyId !== undefined && !(await hasKey(stores, scope, bounds.keyId)))
          return { kind: "key-gone" };
        const before = await findRecord(stores, scope, record.key);
        if (before !== undefined && before.version >= record.version)
          return { kind: "behind", version: before.version };
        const total = await findTotal(stores, scope);
        const after = totalAfter(total, before, record, bounds);
        if (after === undefined) return { kind: "full", total };
        await resultOf(stores.records.put({ scope, ...record }));
        await putTotal(stores, scope, after, now);
        return { kind: "kept" };
      }),
    delete: (scope, key, version) =>
      database.transact("readwrite", async (stores) => {
        const before: unknown = await resultOf(stores.records.get([scope, key]));
        const parsed = parseRecord(before);
        if (before === undefined || (parsed !== undefined && parsed.version > version))
          return false;
        await resultOf(stores.records.delete([scope, key]));
        const row = await findRow(stores, scope);
        const total = row ?? emptyTotal;
        const left = {
          bytes: Math.max(0, total.bytes - (parsed?.bytes ?? 0)),
          entries: Math.max(0, total.entries - (parsed === undefined ? 0 : 1)),
          version: Math.max(total.version, version),
        };
        await putTotal(stores, scope, left, row?.usedAt ?? 0);
        return true;
      }),
    page: (scope, { prefix, after, limit, maxBytes }) =>
      database.transact("readonly", async ({ records }) => {
        const found: FoundRecord[] = [];
        let bytes = 0;
        const isOpen = after !== undefined && after >= prefix;
        const range = IDBKeyRange.bound(
          [scope, isOpen ? after : prefix],
          [scope, []],
          isOpen,
          true,
        );
        await walk(records.openCursor(range), ({ primaryKey, value }) => {
          const key = keyOf(primaryKey);
          if (!key.startsWith(prefix)) return false;
          found.push({ key, value });
          bytes += parseRecord(value)?.bytes ?? 0;
          return found.length < limit && bytes < maxBytes;
        });
        return found;
      }),
    remove: (scope) => database.transact("readwrite", async (stores) => removeScope(stores, scope)),
    removeUnused: (since) =>
      database.transact("readwrite", async (stores) => {
        const rows: unknown[] = await resultOf(stores.scopes.getAll());
        const removed: string[] = [];
        for (const row of rows) {
          const { scope, usedAt } = row as Partial<ScopeRow>;
          if (typeof scope !== "string" || (typeof usedAt === "number" && usedAt >= since))
            continue;
          await removeScope(stores, scope);
          removed.push(scope);
        }
        return removed;
      }),
  };
}

async function removeScope(stores: Stores, scope: string): Promise<void> {
  await resultOf(stores.records.delete(IDBKeyRange.bound([scope], [scope, []])));
  await resultOf(stores.scopes.delete(scope));
  await resultOf(stores.keys.delete(scope));
}

async function countScope(stores: Stores, scope: string): Promise<ScopeTotal> {
  let total = emptyTotal;
  await walk(stores.records.openCursor(IDBKeyRange.bound([scope], [scope, []])), ({ value }) => {
    const record = parseRecord(value);
    if (record !== undefined)
      total = {
        bytes: total.bytes + record.bytes,
        entries: total.entries + 1,
        version: Math.max(total.version, record.version),
      };
    return true;
  });
  return total;
}

async function findRecord(
  { records }: Stores,
  scope: string,
  key: string,
): Promise<KeptRecord | undefined> {
  return parseRecord(await resultOf<unknown>(records.get([scope, key])));
}

async function findRow({ scopes }: Stores, scope: string): Promise<ScopeRow | undefined> {
  // Written by this file only.
  return (await resultOf(scopes.get(scope))) as ScopeRow | undefined;
}

async function findTotal(stores: Stores, scope: string): Promise<ScopeTotal> {
  const { bytes, entries, version } = (await findRow(stores, scope)) ?? emptyTotal;
  return { bytes, entries, version };
}

async function putTotal(
  { scopes }: Stores,
  scope: string,
  { bytes, entries, version }: ScopeTotal,
  usedAt: number,
): Promise<void> {
  const row: ScopeRow = { scope, bytes, entries, version, usedAt };
  await resultOf(scopes.put(row));
}

async function hasKey({ keys }: Stores, scope: string, keyId: string): Promise<boolean> {
  const row = (await resultOf(keys.get(scope))) as { readonly id?: unknown } | undefined;
  return row?.id === keyId;
}

/** Visits each record until `visit` returns false. */
function walk(
  request: IDBRequest<IDBCursorWithValue | null>,
  visit: (cursor: IDBCursorWithValue) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null || !visit(cursor)) resolve();
      else cursor.continue();
    };
  });
}

function keyOf(primaryKey: IDBValidKey): string {
  const key: unknown = Array.isArray(primaryKey) ? primaryKey[1] : undefined;
  return typeof key === "string" ? key : "";
}
