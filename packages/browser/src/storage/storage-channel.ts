/**
 * Tells the other tabs of an origin what changed, and hears it from them. Data does not travel:
 * every read goes to the database, which all tabs share.
 */
export interface StorageChange {
  /** As given to `open`, or of the views' own state. */
  readonly scope: string;
  /** Null: the whole scope was removed. */
  readonly key: string | null;
  readonly version: number;
}

export interface StorageChannel {
  post(change: StorageChange): void;
  close(): void;
}

export function openStorageChannel(
  name: string,
  onChange: (change: StorageChange) => void,
): StorageChannel {
  const channel = new BroadcastChannel(`berth-storage:${name}`);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const change = parseChange(data);
    if (change !== undefined) onChange(change);
  };
  return {
    post: (change) => channel.postMessage(change),
    close: () => channel.close(),
  };
}

/** Pages of other releases speak here too. */
function parseChange(data: unknown): StorageChange | undefined {
  const { scope, key, version } = (data ?? {}) as Record<string, unknown>;
  const isKey = key === null || typeof key === "string";
  if (typeof scope !== "string" || !isKey || typeof version !== "number") return undefined;
  return { scope, key, version };
}
