/** Records that last as long as the page: the session area, and nothing of it on disk. */
import {
  emptyTotal,
  type KeptRecord,
  type RecordStore,
  type ScopeTotal,
  totalAfter,
} from "./record-store.ts";

interface Scope {
  readonly records: Map<string, KeptRecord>;
  total: ScopeTotal;
}

export function createMemoryRecords(): RecordStore {
  const scopes = new Map<string, Scope>();
  const scopeOf = (name: string): Scope => {
    const scope = scopes.get(name) ?? { records: new Map(), total: emptyTotal };
    scopes.set(name, scope);
    return scope;
  };
  return {
    open: async (name) => scopeOf(name).total,
    total: async (name) => scopes.get(name)?.total ?? emptyTotal,
    async find(name, key) {
      const value = scopes.get(name)?.records.get(key);
      return value === undefined ? undefined : { key, value };
    },
    async put(name, record, bounds) {
      const scope = scopeOf(name);
      const before = scope.records.get(record.key);
      if (before !== undefined && before.version >= record.version)
        return { kind: "behind", version: before.version };
      const total = totalAfter(scope.total, before, record, bounds);
      if (total === undefined) return { kind: "full", total: scope.total };
      scope.records.set(record.key, record);
      scope.total = total;
      return { kind: "kept" };
    },
    async delete(name, key, version) {
      const scope = scopes.get(name);
      const before = scope?.records.get(key);
      if (scope === undefined || before === undefined || before.version > version) return false;
      scope.records.delete(key);
      const { bytes, entries } = scope.total;
      scope.total = {
        bytes: bytes - before.bytes,
        entries: entries - 1,
        version: Math.max(scope.total.version, version),
      };
      return true;
    },
    async page(name, { prefix, after, limit, maxBytes }) {
      const found: { key: string; value: KeptRecord }[] = [];
      let bytes = 0;
      const records = scopes.get(name)?.records ?? new Map<string, KeptRecord>();
      const keys = [...records.keys()]
        .filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
        .sort(byCodeUnits);
      for (const key of keys) {
        const value = records.get(key);
        if (value === undefined || found.length >= limit || bytes >= maxBytes) break;
        found.push({ key, value });
        bytes += value.bytes;
      }
      return found;
    },
    async remove(name) {
      scopes.delete(name);
    },
  };
}

/** As IndexedDB orders its keys. */
function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
