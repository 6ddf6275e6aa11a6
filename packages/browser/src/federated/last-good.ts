/**
 * The last release of each federated app that ran, so that it can run again when a newer one, or
 * the network, fails.
 *
 * Invariant: nothing is handed out unchecked; see remote-files.ts. The page's own store is as
 * trustworthy as the page: whoever can write to it runs there already.
 */
import type { Clock } from "../clock.ts";

export interface KeptRelease {
  readonly version: string;
  /** SHA-256 of the list. */
  readonly digest: string;
  /** Milliseconds since the epoch, when it last ran. */
  readonly ranAt: number;
}

/** Where releases are kept: the browser's Cache by default, or a store of the host's. */
export interface RemoteStore {
  /** @param app - `publisher/name` */
  find(app: string): Promise<KeptRelease | undefined>;
  /** The bytes of a digest. */
  read(app: string, digest: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Replaces what was kept of the app; `files` by digest, the list's own among them. */
  keep(
    app: string,
    release: KeptRelease,
    files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  ): Promise<void>;
  forget(app: string): Promise<void>;
}

export interface CacheStoreOptions {
  readonly caches: CacheStorage;
  readonly clock: Clock;
  /** What ran longer ago than this is not found. Default 30 days. */
  readonly maxAgeMs?: number;
}

const prefix = "berth-remote:";
const address = (name: string) => `https://kept.invalid/${name}`;
const monthMs = 30 * 24 * 60 * 60 * 1000;

export function createCacheRemoteStore(options: CacheStoreOptions): RemoteStore {
  const { caches, clock, maxAgeMs = monthMs } = options;
  const nameOf = (app: string) => `${prefix}${app}`;
  return {
    async find(app) {
      if (!(await caches.has(nameOf(app)))) return undefined;
      const cache = await caches.open(nameOf(app));
      const kept = readKept(await (await cache.match(address("release")))?.json());
      const isFresh = kept !== undefined && clock.now() - kept.ranAt <= maxAgeMs;
      return isFresh ? kept : undefined;
    },
    async read(app, digest) {
      const cache = await caches.open(nameOf(app));
      const found = await cache.match(address(digest));
      return found && new Uint8Array(await found.arrayBuffer());
    },
    async keep(app, release, files) {
      const cache = await caches.open(nameOf(app));
      await Promise.all(
        [...files].map(([digest, bytes]) => cache.put(address(digest), new Response(bytes))),
      );
      // The pointer last: until it stands, what stood before is what is found.
      await cache.put(address("release"), new Response(JSON.stringify(release)));
      const wanted = new Set([...files.keys(), "release"].map(address));
      for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
    },
    async forget(app) {
      await caches.delete(nameOf(app));
    },
  };
}

function readKept(value: unknown): KeptRelease | undefined {
  const { version, digest, ranAt } = (value ?? {}) as Partial<Record<string, unknown>>;
  const isKept =
    typeof version === "string" && typeof digest === "string" && typeof ranAt === "number";
  return isKept ? { version, digest, ranAt } : undefined;
}
