/**
 * Unpacked packages in memory, the latest used last to go.
 *
 * Trust: what is read from the blob store is verified by its digest and unpacked under bounds at every
 * read. Invariant: packages in memory weigh at most `maxBytes`, one larger than that is not kept.
 */
import { type UnpackedPackage, unpack } from "@berth/bundle";
import type { Digest } from "@berth/protocol";
import type { BlobStore } from "../storage/blobs.ts";

export const defaultPackageCacheBytes = 64 * 1024 * 1024;

export function createPackageCache(options: {
  readonly blobs: Pick<BlobStore, "open">;
  /** Default 64 MiB. */
  readonly maxBytes?: number;
}): (digest: Digest) => Promise<UnpackedPackage> {
  const { blobs, maxBytes = defaultPackageCacheBytes } = options;
  const held = new Map<Digest, UnpackedPackage>();
  const loading = new Map<Digest, Promise<UnpackedPackage>>();
  let heldBytes = 0;

  const keep = (unpacked: UnpackedPackage) => {
    if (unpacked.totalBytes > maxBytes) return;
    held.set(unpacked.digest, unpacked);
    heldBytes += unpacked.totalBytes;
    for (const [digest, { totalBytes }] of held) {
      if (heldBytes <= maxBytes) return;
      held.delete(digest);
      heldBytes -= totalBytes;
    }
  };

  const load = async (digest: Digest) => {
    try {
      const unpacked = await unpack(await blobs.open(digest), { expectedDigest: digest });
      keep(unpacked);
      return unpacked;
    } finally {
      loading.delete(digest);
    }
  };

  return async (digest) => {
    const known = held.get(digest);
    if (known !== undefined) {
      held.delete(digest);
      held.set(digest, known);
      return known;
    }
    const running = loading.get(digest) ?? load(digest);
    loading.set(digest, running);
    return running;
  };
}
