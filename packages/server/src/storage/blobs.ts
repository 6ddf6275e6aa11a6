/**
 * Content-addressed storage of packages.
 *
 * Trust: a stored blob may have rotted or been changed, so its digest is checked at every load.
 * Invariant: under a digest lies the whole content or nothing; a failed put leaves nothing behind.
 */
import { BerthError, type Digest } from "@berth/protocol";
import { openFolderBlobs } from "./blob-folder.ts";

export interface BlobStore {
  /**
   * Stores content under its digest; storing what is there already does nothing.
   *
   * @param source - a stream, or the path of a file, which is left in place
   * @throws PACKAGE_DIGEST_MISMATCH when the content has another digest; STORAGE_FULL
   */
  put(source: AsyncIterable<Uint8Array> | string, digest: Digest): Promise<void>;
  /** @throws BLOB_NOT_FOUND; PACKAGE_DIGEST_MISMATCH when what is stored was changed */
  open(digest: Digest): Promise<Uint8Array>;
  has(digest: Digest): Promise<boolean>;
  /** Deleting what is not there does nothing. */
  delete(digest: Digest): Promise<void>;
}

export interface BlobStoreOptions {
  /** `file:///…`; without it blobs lie in `folder/blobs`. */
  readonly url?: string;
  /** The data folder. */
  readonly folder: string;
}

/** @throws OPTION_INVALID for a URL of another scheme than `file:` */
export async function openBlobStore(options: BlobStoreOptions): Promise<BlobStore> {
  if (options.url === undefined) return openFolderBlobs(`${options.folder}/blobs`);
  if (!URL.canParse(options.url) || new URL(options.url).protocol !== "file:") {
    throw new BerthError(
      "OPTION_INVALID",
      `BLOB_URL is ${JSON.stringify(options.url.slice(0, 80))}; expected file:///absolute/folder, the only kind supported now.`,
      { details: { option: "BLOB_URL" } },
    );
  }
  return openFolderBlobs(new URL(options.url));
}
