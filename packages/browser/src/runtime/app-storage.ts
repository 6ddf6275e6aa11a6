/**
 * What one instance keeps in the page: its `storage` capability, and how many bytes it holds there.
 *
 * Owns the areas that are opened for the instance. Their code is fetched with the first use of the
 * page's storage; a page without one fetches nothing.
 */
import type { BerthError, ParsedManifest } from "@berth/protocol";
import { createLazy } from "../lazy.ts";
import { appNameOf, storageScopeOf } from "../storage/scope-names.ts";
import type { AppSource, LocalCapabilities } from "./app-source.ts";
import type { ResolvedConfig } from "./config.ts";

export interface AppStorageOptions {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly source: Pick<AppSource, "storageScope">;
  readonly config: Pick<ResolvedConfig, "storage" | "storageBytes">;
  /** Bytes of the app's quota that its view state takes. */
  readonly viewStateBytes: () => number;
  /** STORAGE_RECORD_CORRUPT, for each record that was dropped. */
  readonly onCorrupt: (error: BerthError) => void;
}

export interface AppStorageKeeper {
  readonly capabilities: LocalCapabilities;
  /**
   * Bytes beside the view state: of the persistent area as last counted, which is counted again
   * after each change, and of the host's own stores. The session area is memory, bounded by itself.
   */
  keptBytes(): number;
  /** Idempotent. */
  close(): void;
}

const bytesPerMb = 1_048_576;
const methods = ["get", "put", "delete", "list", "usage"];

export function createAppStorage(options: AppStorageOptions): AppStorageKeeper {
  const { instance, manifest, source, config, onCorrupt } = options;
  const { storage } = config;
  const hostBytes = () => config.storageBytes?.(instance) ?? 0;
  if (storage === undefined) return { capabilities: {}, keptBytes: hostBytes, close() {} };

  const areas = storage.open({
    scope: storageScopeOf(instance, appNameOf(manifest), source.storageScope),
    // What its view state takes is no longer there for its records.
    quotaBytes: () =>
      Math.max(0, manifest.resources.storage * bytesPerMb - options.viewStateBytes()),
    isEncrypted: manifest.security.dataEncryption,
    onCorrupt,
  });
  const capability = createLazy(async () => {
    const { createStorageCapability } = await import("../storage/storage-capability.ts");
    return createStorageCapability(areas);
  });
  let bytes = 0;
  let isCounted = false;
  // Of whatever scope: which of them is this app's, the storage does not tell.
  const stopListening = storage.onChange(() => {
    isCounted = false;
  });
  const count = (): void => {
    isCounted = true;
    areas.persistent
      .usage()
      .then(({ usedBytes }) => {
        bytes = usedBytes;
      })
      .catch(() => {
        // Counted at the next look; whoever uses the storage hears why it fails.
        isCounted = false;
      });
  };
  const call = (method: string) => async (args: unknown) =>
    (await capability.get())[method]?.(args);
  return {
    capabilities: { storage: Object.fromEntries(methods.map((method) => [method, call(method)])) },
    keptBytes() {
      if (!isCounted) count();
      return bytes + hostBytes();
    },
    close: stopListening,
  };
}
